import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { FilmwrightError, type Script, type ScriptLine } from '@filmwright/contracts';
import { readScript } from '@filmwright/core/dub/read-script';
import { Document, visit } from 'yaml';
import { loadDocument } from '../film/load-document.ts';
import { csvCells } from '../rows/csv-cells.ts';

const columns = ['id', 'original', 'translation', 'was', 'recording'] as const;

/** A cell that spreadsheets would run as a formula. An apostrophe before it keeps it text; cells that have one already get another. */
const formula = /^[\s']*[=+\-@＝＋－＠]/;
const guarded = (text: string): string => (formula.test(text) ? `'${text}` : text);
const unguarded = (cell: string): string => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell);

/** Whether a script is kept as a table for spreadsheets rather than as YAML. */
const isTable = (path: string): boolean => extname(path).toLowerCase() === '.csv';

/** Reads a script for translation: YAML or JSON, or CSV with a column for each key, whose `language` row names the language. Throws `document-invalid` with every problem. */
export async function readScriptFile(path: string): Promise<Script> {
  const { script, issues } = readScript(isTable(path) ? await readTable(path) : await loadDocument(path));
  if (script !== null) return script;
  const detail = issues.length === 1 ? (issues[0]?.message ?? '') : `${path} has ${issues.length} problems.`;
  throw new FilmwrightError('document-invalid', `${path} is no script for translation: ${detail}`, { issues });
}

async function readTable(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'it does not exist' : error.message;
    throw new FilmwrightError('document-invalid', `Cannot read ${path}: ${why}.`, { cause: error });
  });
  const [head, ...rows] = csvCells(text, (what) => new FilmwrightError('document-invalid', `${path} ${what}`)).map((line) => line.cells);
  const names = (head ?? []).map((name) => name.toLowerCase());
  const missing = ['id', 'original', 'translation'].filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new FilmwrightError(
      'document-invalid',
      `${path} has the columns ${names.filter((name) => name !== '').join(', ') || 'none'}; wanted ${columns.join(', ')}. Write it with \`filmwright script\`.`,
    );
  const lines = rows
    .filter((cells) => cells.some((cell) => cell !== ''))
    .map((cells) =>
      Object.fromEntries(
        columns.flatMap((name) => {
          const cell = cells[names.indexOf(name)] ?? '';
          return cell === '' ? [] : [[name, unguarded(cell)] as const];
        }),
      ),
    );
  const told = (name: string): string | undefined => lines.find((line) => line['id'] === name)?.['translation'];
  const own = new Set(['#from', '#language', '#voice']);
  const [from, language, voice] = [told('#from'), told('#language'), told('#voice')];
  return {
    ...(from === undefined ? {} : { from }),
    ...(language === undefined ? {} : { language }),
    ...(voice === undefined ? {} : { voice }),
    lines: lines.filter((line) => !own.has(line['id'] ?? '')).map((line) => ({ original: '', translation: '', ...line })),
  };
}

/** A script as the text of its file. */
export function scriptText(script: Script, path: string): string {
  return isTable(path) ? tableText(script) : yamlText(script);
}

function tableText(script: Script): string {
  const head: readonly ScriptLine[] = [
    { id: '#from', original: '', translation: script.from ?? '' },
    { id: '#language', original: '', translation: script.language },
    ...(script.voice === undefined ? [] : [{ id: '#voice', original: '', translation: script.voice }]),
  ];
  const quoted = (text: string): string => (/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = [...head, ...script.lines].map((line) => columns.map((name) => quoted(guarded(line[name] ?? ''))).join(','));
  // The mark at the start tells spreadsheets that the text is UTF-8.
  return `\ufeff${columns.join(',')}\r\n${rows.join('\r\n')}\r\n`;
}

function yamlText(script: Script): string {
  const { voices, ...rest } = script;
  const document = new Document({ ...rest, ...(Object.keys(voices).length === 0 ? {} : { voices }) });
  document.commentBefore =
    ' Write every translation under `translation`; leave `id` and `original` as they are.\n Where the original has changed since, `was` tells what it said: look at the translation again, then remove `was`.\n `voice` may name an installed voice; a line may have a `recording`.';
  visit(document, {
    Map: (at, node, path) => {
      if (typeof at === 'number' && at > 0 && path.length > 3) node.spaceBefore = true;
    },
  });
  return document.toString({ lineWidth: 0, blockQuote: 'literal' });
}
