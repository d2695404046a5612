/** JPEG start-of-frame markers; the others between 0xc0 and 0xcf are tables. */
const frameMarkers = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);

/** How many first bytes of a picture tell what it is; colour profiles stand before the size of a JPEG. */
export const headBytes = 256 * 1024;

/** Whether a browser may show a picture otherwise than a film does, by its first bytes: what moves, of which a film takes the first picture, TIFF, and JPEGs of four inks. */
export function isShownOtherwise(head: Uint8Array): boolean {
  const text = (from: number, length: number): string => String.fromCharCode(...head.subarray(from, from + length));
  if (text(0, 3) === 'GIF' || text(0, 4) === 'II*\0' || text(0, 4) === 'MM\0*') return true;
  if (text(8, 4) === 'WEBP') return text(12, 4) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0;
  if (text(1, 3) === 'PNG') return text(8, 1024).includes('acTL');
  return head[0] === 0xff && head[1] === 0xd8 && ![1, 3].includes(inksOf(head));
}

/** Components of a JPEG; 0 where its frame lies beyond the bytes, as it does behind the profiles of printers. */
function inksOf(head: Uint8Array): number {
  for (let at = 2; at + 9 < head.length && head[at] === 0xff; ) {
    const marker = head[at + 1] ?? 0;
    if (frameMarkers.has(marker)) return head[at + 9] ?? 0;
    at += 2 + (head[at + 2] ?? 0) * 256 + (head[at + 3] ?? 0);
  }
  return 0;
}
