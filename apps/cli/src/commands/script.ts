import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { writtenScript } from '@filmwright/core/dub/write-script';
import { readDocument } from '@filmwright/core/film/read-document';
import { scriptBeside } from '../dub/dub-document.ts';
import { readScriptFile, scriptText } from '../dub/script-file.ts';
import { loadDocument } from '../film/load-document.ts';
import { writeWhole } from '../film/save-media.ts';

export type ScriptOptions = {
  readonly file: string;
  readonly language: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
};

/** Writes a film's script for translation, or brings one up to date: what was translated stays, what changed since is marked. */
export async function script({ file, language, out, json }: ScriptOptions): Promise<void> {
  const { film, issues } = readDocument(await loadDocument(file));
  if (film === null) throw new FilmwrightError('document-invalid', `${file} has ${issues.length} problems.`, { issues });
  if (out === undefined && language === undefined)
    throw new FilmwrightError('request-invalid', 'script wants a language: filmwright script film.yaml --language de');
  const path = resolve(out ?? scriptBeside(file, language ?? ''));
  const before = await access(path).then(
    () => readScriptFile(path),
    () => null,
  );
  const wanted = language ?? before?.language;
  if (wanted === undefined) throw new FilmwrightError('request-invalid', `${path} is not there yet; name its language with --language de.`);
  const written = writtenScript({ film, language: wanted, before });
  await writeWhole(path, (file) => file.writeFile(scriptText(written, path)));
  const open = written.lines.filter((line) => line.translation.trim() === '').length;
  const changed = written.lines.filter((line) => line.was !== undefined).length;
  process.stdout.write(
    json
      ? `${JSON.stringify({ script: path, lines: written.lines.length, open, changed })}\n`
      : `${path}\n  ${written.lines.length} lines, ${open} to translate, ${changed} changed since they were translated.\n`,
  );
}
