import type { Column } from './place-columns.ts';
import type { Row } from './read-rows.ts';

const longest = 60;
/** Names that lie beside the films' folders. */
const taken = ['rows.json'];

/** A folder name for each row, safe on every file system and unlike all others: from the column `name`, else from a text that tells the rows apart, else from the row's number. */
export function nameRows(rows: readonly Row[], columns: readonly Column[]): readonly string[] {
  const naming = namingColumn(rows, columns);
  const digits = String(rows.at(-1)?.number ?? 0).length;
  const used = new Set(taken);
  return rows.map((row) => {
    const cell = naming === undefined ? undefined : row.cells.get(naming.header);
    const name = safeName(cell === undefined ? '' : String(cell)) || `row-${String(row.number).padStart(digits, '0')}`;
    for (let count = 1; ; count++) {
      const tried = count === 1 ? name : `${name}-${count}`;
      if (used.has(tried.toLowerCase())) continue;
      used.add(tried.toLowerCase());
      return tried;
    }
  });
}

function namingColumn(rows: readonly Row[], columns: readonly Column[]): Column | undefined {
  const named = columns.find(({ path, header }) => path === null || /^name$/i.test(header));
  if (named !== undefined) return named;
  const texts = columns.filter(({ path, parameter }) => (parameter === null ? path?.join() === 'title' : parameter.type === 'text'));
  return texts.find(({ header }) => {
    const cells = rows.map((row) => row.cells.get(header));
    const short = cells.every((cell) => typeof cell === 'string' && cell.length <= longest && /\p{L}/u.test(cell));
    return short && new Set(cells.map((cell) => safeName(String(cell)).toLowerCase())).size === rows.length;
  });
}

/** A text as a folder name: letters, digits, dots, dashes and underscores, without those that a system gives a meaning of its own. */
export function safeName(text: string): string {
  const name = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[.-]+/, '');
  const short = [...name]
    .slice(0, longest)
    .join('')
    .replace(/[.-]+$/, '');
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(short) ? `_${short}` : short;
}
