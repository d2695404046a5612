import { basename, dirname, extname, join } from 'node:path';
import { FilmwrightError, type Issue } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { bareLanguage } from '@filmwright/core/speech/voice-language';

/** Which dub of a film is meant: a script, or the language whose script lies beside the document. */
export type WantedDub = { readonly script: string | undefined; readonly language: string | undefined };
export type DubbedDocument = {
  readonly document: unknown;
  /** Language of the dub; null for the film as it was written. */
  readonly language: string | null;
  /** What to tell of the script; nothing in it keeps the film from being made. */
  readonly notes: readonly Issue[];
};

/** Where the script of a document's translation lies unless another place is named: `film.de.yaml` beside `film.yaml`. */
export function scriptBeside(documentPath: string, language: string): string {
  return join(dirname(documentPath), `${basename(documentPath, extname(documentPath))}.${language}.yaml`);
}

/** A document dubbed from its script; as it was where no dub is wanted or it cannot be read. Throws `document-invalid` with every line that is not translated. */
export async function dubDocument(
  document: unknown,
  { file, dub }: { readonly file: string; readonly dub: WantedDub },
): Promise<DubbedDocument> {
  if (dub.script === undefined && dub.language === undefined) return { document, language: null, notes: [] };
  const { readScriptFile } = await import('./script-file.ts');
  const path = dub.script ?? scriptBeside(file, dub.language ?? '');
  const script = await readScriptFile(path);
  if (dub.language !== undefined && bareLanguage(dub.language) !== bareLanguage(script.language))
    throw new FilmwrightError('request-invalid', `--language is ${dub.language}, but ${path} is in ${script.language}.`);
  const { film } = readDocument(document);
  if (film === null) return { document, language: script.language, notes: [] };
  const { dubbedFilm } = await import('@filmwright/core/dub/dubbed-film');
  const dubbed = dubbedFilm({ film, script });
  const errors = dubbed.issues.filter((issue) => issue.severity === 'error');
  if (errors.length > 0) {
    const detail = `${path} leaves ${errors.length} ${errors.length === 1 ? 'line that is said' : 'lines that are said'} without a translation.`;
    throw new FilmwrightError('document-invalid', detail, { issues: dubbed.issues });
  }
  return { document: dubbed.film, language: script.language, notes: dubbed.issues };
}
