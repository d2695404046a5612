import { resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { checkWritable, saveMedia } from '../film/save-media.ts';
import { filmwrightHome } from '../platform/home.ts';
import { usePlatform } from '../platform/use-platform.ts';
import type { ReadShapes } from '../rows/read-shapes.ts';
import { progressDisplay } from '../show/progress-display.ts';
import { buildFilm, readFilm } from './build-film.ts';

/** `aspect` is the shape to draw it in; the film's own when left out. */
export type FrameOptions = ReadShapes & {
  readonly at: string;
  readonly out: string;
  readonly json: boolean;
};

/** Writes one finished frame of a film as PNG; `at` is seconds (12.5) or minutes and seconds (1:02.5). */
export async function frame({ file, aspect, dub, at, out, json }: FrameOptions): Promise<void> {
  const atMs = momentOf(at);
  const film = await readFilm({ file, aspect, dub });
  const home = filmwrightHome();
  const path = resolve(out);
  await checkWritable(path);
  await usePlatform(home, async (client) => {
    const display = progressDisplay(process.stderr, { silent: json || !process.stderr.isTTY });
    const { build } = await buildFilm({ client, home, film, purpose: 'frame', atMs, display });
    await saveMedia({ client, home, source: { build: build.id, name: 'frame.png' }, path });
  });
  process.stdout.write(json ? `${JSON.stringify({ frame: path })}\n` : `${path}\n`);
}

function momentOf(at: string): number {
  const match = /^(?:(\d+):)?(\d+(?:\.\d+)?)s?$/.exec(at);
  if (match === null)
    throw new FilmwrightError('request-invalid', `--at is ${JSON.stringify(at)}; wanted seconds such as 12.5, or 1:02.5.`);
  return (Number(match[1] ?? 0) * 60 + Number(match[2])) * 1000;
}
