import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import {
  aspects,
  type FilmDocument,
  FilmwrightError,
  fromProblem,
  type RunnerOffer,
  type StoryboardMedia,
  type StoryboardReport,
} from '@filmwright/contracts';
import { breakDownScript } from '@filmwright/core/storyboard/break-down-script';
import { filmOfStoryboard } from '@filmwright/core/storyboard/film-of-storyboard';
import { textLanguage } from '@filmwright/core/storyboard/text-language';
import { stringify } from 'yaml';
import { writeWhole } from '../film/save-media.ts';
import { filmwrightHome } from '../platform/home.ts';
import { runShelf } from '../platform/run-shelf.ts';
import { usePlatform } from '../platform/use-platform.ts';
import { progressDisplay } from '../show/progress-display.ts';

export type StoryboardOptions = {
  readonly file: string;
  readonly out: string | undefined;
  readonly language: string | undefined;
  readonly aspect: string | undefined;
  /** Pictures and clips, or folders of them. */
  readonly media: readonly string[];
  /** A model that writes it, and whether rules may where that fails; by rules alone when left out. */
  readonly model: string | undefined;
  readonly orRules: boolean;
  readonly wishes: string | undefined;
  readonly drawings: boolean;
  readonly seed: number;
  readonly json: boolean;
};

const largestBytes = 8 * 1024 ** 2;
const pictures = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff', '.bmp']);
const clips = new Set(['.mp4', '.mov', '.webm', '.mkv', '.m4v']);
const mostMedia = 200;

/** Writes a film document from a script: its shots, voices, texts and what each shot shows. */
export async function storyboard(options: StoryboardOptions): Promise<void> {
  const { file, out, language, aspect, media, model, orRules, wishes, drawings, json } = options;
  if (model === undefined && (orRules || wishes !== undefined))
    throw new FilmwrightError(
      'request-invalid',
      `${orRules ? '--or-rules' : '--wishes'} is for a model that writes the storyboard. Name one with --model, or leave it out.`,
    );
  const script = await scriptOf(file);
  const path = resolve(out ?? join(dirname(file), `${basename(file, extname(file))}.film.yaml`));
  await checkNew(path);
  const order = {
    script,
    language: language ?? textLanguage(script),
    media: await mediaOf(media, dirname(path)),
    drawings,
    ...aspectOf(aspect),
  };
  const { film, notices, by } = model === undefined ? await byRules(order, file) : await byModel({ ...options, model }, order);
  await writeWhole(path, (handle) => handle.writeFile(stringify(film, { lineWidth: 120 })));
  for (const notice of notices) process.stderr.write(`  note  ${notice}\n`);
  process.stdout.write(json ? `${JSON.stringify({ film: path, shots: film.storyboard.length, by, notices })}\n` : told(path, film));
}

type Order = {
  readonly script: string;
  readonly language: string;
  readonly media: readonly StoryboardMedia[];
  readonly drawings: boolean;
  readonly aspect?: (typeof aspects)[number];
};
type Written = Pick<StoryboardReport, 'film' | 'notices' | 'by'>;

/** Rules need no platform. */
async function byRules(order: Order, file: string): Promise<Written> {
  const { script, language, media, drawings } = order;
  const written = breakDownScript(script, { language, media, drawings });
  if (written === null) throw new FilmwrightError('request-invalid', `${file} has no words; wanted a script.`);
  return { by: 'rules', notices: [], film: filmOfStoryboard(written, { ...order, voices: await installedVoices() }) };
}

async function byModel(
  { model, orRules, wishes, seed, json }: StoryboardOptions & { readonly model: string },
  order: Order,
): Promise<Written> {
  return usePlatform(filmwrightHome(), async (client) => {
    const ordered = await client.writeStoryboard({
      ...order,
      media: [...order.media],
      model,
      orRules,
      seed,
      ...(wishes === undefined ? {} : { wishes }),
    });
    const display = progressDisplay(process.stderr, { silent: json || !process.stderr.isTTY });
    let build = ordered;
    try {
      for await (build of client.followBuild({ id: ordered.id })) display.show(build);
    } finally {
      display.end();
    }
    if (build.problem !== null) throw fromProblem(build.problem);
    if (build.state !== 'succeeded')
      throw new FilmwrightError('build-cancelled', `The storyboard was ${build.state} before it was written.`);
    return build.result?.report as StoryboardReport;
  });
}

function told(path: string, { storyboard, voices = {}, language }: FilmDocument): string {
  const speakers = Object.keys(voices).length;
  const cast = speakers === 0 ? '' : `, ${speakers} ${speakers === 1 ? 'speaker' : 'speakers'}`;
  return `${path}\n  ${storyboard.length} ${storyboard.length === 1 ? 'shot' : 'shots'}${cast}, in ${language}. \`filmwright make ${shellWord(relative(process.cwd(), path))}\` makes the film.\n`;
}

/** A path as it is typed: in quotation marks where a blank would cut it. */
function shellWord(path: string): string {
  return /\s/.test(path) ? JSON.stringify(path) : path;
}

async function scriptOf(file: string): Promise<string> {
  const { size } = await stat(file).catch((cause: Error) => {
    throw new FilmwrightError('request-invalid', `The script ${file} cannot be read: ${cause.message}.`, { cause });
  });
  if (size > largestBytes)
    throw new FilmwrightError('request-invalid', `The script ${file} has ${size} bytes; wanted at most ${largestBytes}.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    throw new FilmwrightError('request-invalid', `The script ${file} is no text in UTF-8. Save it as plain text in UTF-8.`, { cause });
  }
}

async function checkNew(path: string): Promise<void> {
  if ((await stat(path).catch(() => null)) === null) return;
  throw new FilmwrightError('request-invalid', `${path} is there already. Remove it, or name another file with --out.`);
}

function aspectOf(aspect: string | undefined): { readonly aspect?: (typeof aspects)[number] } {
  if (aspect === undefined) return {};
  const known = aspects.find((one) => one === aspect);
  if (known !== undefined) return { aspect: known };
  throw new FilmwrightError('request-invalid', `--aspect is ${JSON.stringify(aspect)}; wanted one of ${aspects.join(', ')}.`);
}

/** Pictures and clips as the document will name them, in the order of their names. */
async function mediaOf(paths: readonly string[], folder: string): Promise<readonly StoryboardMedia[]> {
  const found: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => null);
    if (info === null) throw new FilmwrightError('request-invalid', `--media ${path} is not there; wanted a picture, a clip, or a folder.`);
    if (!info.isDirectory()) found.push(path);
    else found.push(...(await readdir(path)).sort().map((name) => join(path, name)));
  }
  const known = found.flatMap((path): readonly StoryboardMedia[] => {
    const ending = extname(path).toLowerCase();
    const kind = pictures.has(ending) ? 'picture' : clips.has(ending) ? 'clip' : null;
    return kind === null ? [] : [{ file: relative(folder, resolve(path)), kind, note: '' }];
  });
  if (paths.length > 0 && known.length === 0)
    throw new FilmwrightError('request-invalid', `There are no pictures or clips in ${paths.join(', ')}.`);
  if (known.length > mostMedia)
    throw new FilmwrightError('request-invalid', `--media names ${known.length} pictures and clips; wanted at most ${mostMedia}.`);
  return known;
}

/** What speaks on this machine; none where nobody can tell, then all say their lines with the film's voice. */
async function installedVoices(): Promise<RunnerOffer['voices']> {
  type Listed = RunnerOffer['voices'][number] & { readonly installed: boolean };
  const voices = await runShelf<readonly Listed[]>({ do: 'list-voices', home: filmwrightHome() });
  return voices.filter(({ installed }) => installed);
}
