import type { TemplateParameter } from '@filmwright/contracts';
import { shown } from '@filmwright/core/film/issues';

export type Converted = { readonly value: unknown } | { readonly found: string; readonly wanted: string; readonly next: string };

const yes = ['true', 'yes', 'on', '1'];
const no = ['false', 'no', 'off', '0'];

/** A cell as the value of a parameter's type; what a template checks beyond the type (lengths, choices) is left to it. */
export function convertCell(cell: unknown, { type }: TemplateParameter): Converted {
  switch (type) {
    case 'number': {
      if (typeof cell !== 'string') return { value: cell };
      if (/^[-+]?(\d+\.?\d*|\.\d+)$/.test(cell)) return { value: Number(cell) };
      const point = cell.replace(',', '.');
      return {
        found: shown(cell),
        wanted: 'a number such as 12.5',
        next: point !== cell && Number.isFinite(Number(point)) ? `Write \`${point}\`.` : 'Write digits only, without unit or currency.',
      };
    }
    case 'boolean': {
      if (typeof cell === 'boolean') return { value: cell };
      const word = String(cell).toLowerCase();
      if (yes.includes(word) || no.includes(word)) return { value: yes.includes(word) };
      return { found: shown(cell), wanted: 'true or false', next: 'Write true or false, or yes or no.' };
    }
    case 'texts':
    case 'pictures':
      return { value: Array.isArray(cell) ? cell.map(plainText) : listOf(String(cell)) };
    default:
      return { value: plainText(cell) };
  }
}

/** Numbers in JSON rows where a text is wanted, such as a price, are written as they stand. */
function plainText(cell: unknown): unknown {
  return typeof cell === 'number' ? String(cell) : cell;
}

/** Entries between bars; a bar that belongs to an entry is written `\|`. */
function listOf(cell: string): readonly string[] {
  return cell
    .split(/(?<!\\)\|/)
    .map((entry) => entry.replaceAll('\\|', '|').trim())
    .filter((entry) => entry !== '');
}

/** What a cell of a column without a declared type may mean, its text first: a number, true or false, a list, or JSON. */
export function meaningsOf(cell: unknown): readonly unknown[] {
  if (typeof cell !== 'string') return [cell];
  const meanings: unknown[] = [cell];
  const number = numberOf(cell);
  if (number !== undefined) meanings.push(number);
  if (/^(true|false)$/i.test(cell)) meanings.push(cell.toLowerCase() === 'true');
  if (cell.includes('|')) {
    const list = listOf(cell);
    const numbers = list.map(numberOf);
    meanings.push(numbers.includes(undefined) ? list : numbers);
  }
  if (/^[[{]/.test(cell)) {
    try {
      meanings.push(JSON.parse(cell));
    } catch {
      // It is a text that begins like JSON.
    }
  }
  return meanings;
}

function numberOf(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined;
}
