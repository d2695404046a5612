/** First and last byte, both inclusive. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * What a Range header asks of `size` bytes (RFC 9110, 14.2): one range, `none` when it is absent, of another unit, malformed or asks for several
 * (the whole is then served), `unsatisfiable` when nothing of it exists.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'none' | 'unsatisfiable' {
  const match = /^bytes[ \t]*=[ \t]*(\d{0,16})[ \t]*-[ \t]*(\d{0,16})[ \t]*$/i.exec(header ?? '');
  if (!match) return 'none';
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '' && last === '') return 'none';
  if (first === '') {
    const count = Math.min(Number(last), size);
    return count === 0 ? 'unsatisfiable' : { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'none';
  return start >= size ? 'unsatisfiable' : { start, end };
}
