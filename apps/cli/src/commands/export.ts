import { resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { gatherFiles } from '../film/gather-files.ts';
import { loadDocument } from '../film/load-document.ts';
import { checkWritable, saveMedia } from '../film/save-media.ts';
import { filmwrightHome } from '../platform/home.ts';
import { usePlatform } from '../platform/use-platform.ts';
import { progressDisplay } from '../show/progress-display.ts';
import { buildFilm, type Film, readFilm } from './build-film.ts';

export type ExportOptions = {
  readonly file: string;
  /** The shape to export it in; the film's own when left out. */
  readonly aspect: string | undefined;
  /** The bundle to write. */
  readonly otio: string;
  readonly json: boolean;
};

/** Writes a film as a bundle for desktop editors (OpenTimelineIO with its media); what of the film is missing is made first. */
export async function exportFilm({ file, aspect, otio, json }: ExportOptions): Promise<void> {
  const path = resolve(otio);
  if (!path.endsWith('.otioz'))
    throw new FilmwrightError(
      'request-invalid',
      `--otio is ${JSON.stringify(otio)}; wanted a name that ends in .otioz: the timeline and its media are one file.`,
    );
  const film = await wholeFilm({ file, aspect });
  await checkWritable(path);
  const home = filmwrightHome();
  const made = await usePlatform(home, async (client) => {
    const display = progressDisplay(process.stderr, { silent: json });
    const { build } = await buildFilm({ client, home, film, purpose: 'export', display });
    await saveMedia({ client, home, source: { build: build.id, name: 'timeline.otioz' }, path });
    return build;
  });
  const { run, reused } = made.progress.tasks;
  process.stdout.write(
    json
      ? `${JSON.stringify({ build: made.id, otio: path, tasks: { run, reused } })}\n`
      : `${made.title}: exported (${run} tasks run, ${reused} reused).\n  bundle   ${path}\n`,
  );
}

/** A film as it is written, with its other shapes, so that it comes back from the bundle the same. */
async function wholeFilm({ file, aspect }: Pick<ExportOptions, 'file' | 'aspect'>): Promise<Film> {
  const film = await readFilm({ file, aspect });
  if (aspect !== undefined) return film;
  const document = await loadDocument(file);
  return { ...film, document, files: await gatherFiles(document, { documentPath: resolve(file) }) };
}
