/** Names of sides that turn round with the layout. */
const turned: Readonly<Record<string, string>> = {
  left: 'right',
  right: 'left',
  'top-left': 'top-right',
  'top-right': 'top-left',
  'bottom-left': 'bottom-right',
  'bottom-right': 'bottom-left',
  'pan-left': 'pan-right',
  'pan-right': 'pan-left',
  'wipe-left': 'wipe-right',
  'wipe-right': 'wipe-left',
};
const sided = new Set(['position', 'move', 'motion', 'transition', 'kind']);
const placed = new Set(['at', 'focus', 'center']);

/** A template's film laid out for a language written from right to left: texts and subjects change sides, moves and wipes go the other way. Words and files stay. */
export function mirroredFilm(node: unknown, key = ''): unknown {
  if (typeof node === 'string') return sided.has(key) ? (turned[node] ?? node) : node;
  if (Array.isArray(node)) {
    const [x, y] = node;
    if (placed.has(key) && node.length === 2 && typeof x === 'number' && typeof y === 'number') return [Math.round((1 - x) * 1e6) / 1e6, y];
    return node.map((child) => mirroredFilm(child, key));
  }
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, mirroredFilm(child, name)]));
}
