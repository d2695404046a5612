import { readFile } from 'node:fs/promises';
import { FilmwrightError, type Issue } from '@filmwright/contracts';
import { LineCounter, parseDocument } from 'yaml';

const largestBytes = 20 * 1024 ** 2;

/** The film document in a YAML or JSON file, as plain values; throws `document-invalid` with line and column. */
export async function loadDocument(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'it does not exist' : error.code === 'EISDIR' ? 'it is a folder' : error.message;
    throw new FilmwrightError('document-invalid', `Cannot read ${path}: ${why}. Give the path of a film document (YAML or JSON).`, {
      cause: error,
    });
  });
  if (text.length > largestBytes)
    throw new FilmwrightError('document-invalid', `${path} has ${text.length} characters; wanted at most ${largestBytes}.`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const issues: Issue[] = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return {
        severity: 'error',
        code: 'syntax',
        path: `${path}:${line}:${col}`,
        message: `Line ${line}, column ${col}: ${error.message}`,
      };
    });
    throw new FilmwrightError('document-invalid', `${path} is not valid YAML. ${issues[0]?.message ?? ''}`, { issues });
  }
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw new FilmwrightError('document-invalid', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}
