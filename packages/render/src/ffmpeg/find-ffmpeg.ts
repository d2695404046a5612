import { createHash } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { knownAnswers } from './known-answers.ts';
import { startProgram } from './start-program.ts';

/** What an ffmpeg build can do; names are those of its encoders and filters. */
export type Features = ReadonlySet<string>;

/** The ffmpeg that everything here runs, found once when a process starts. */
export type Toolset = {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** First line of `ffmpeg -version`. */
  readonly version: string;
  /** Digest over version, configuration and library versions: two builds that differ in any of them may write different bytes. */
  readonly configuration: string;
  /** `ffmpeg 5.1.9-0+deb12u1 1a2b3c4d5e6f`: goes into the toolchain of every task whose bytes ffmpeg shapes. */
  readonly toolchain: string;
  readonly features: Features;
};

const needed = {
  encoders: ['libx264', 'aac', 'pcm_s16le', 'png'],
  filters: ['scale', 'format', 'lut3d', 'ebur128', 'aresample', 'setsar', 'transpose'],
};
const wished = ['zscale', 'tonemap', 'sidechaincompress', 'alimiter', 'thumbnail', 'idet', 'bwdif', 'yadif'];

const install = [
  '  Debian, Ubuntu:  apt-get install -y ffmpeg',
  '  Fedora:          dnf install -y ffmpeg   (from RPM Fusion)',
  '  macOS:           brew install ffmpeg',
].join('\n');

export type FindFfmpegOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder in which answers are kept for other processes; each asks itself where it is left out. */
  readonly keptIn?: string;
};

/** Finds ffmpeg and ffprobe by FILMWRIGHT_FFMPEG (a program or its folder) or PATH and asks what they can do; fails as program-missing with the commands that install them. */
export async function findFfmpeg({ env = process.env, keptIn }: FindFfmpegOptions = {}): Promise<Toolset> {
  const looking = findProgram('ffprobe', { env, keptIn, questions: ['-version'] });
  // Where both are missing, ffmpeg is what a person knows.
  looking.catch(() => {});
  const found = await findProgram('ffmpeg', { env, keptIn, questions: ['-version', '-encoders', '-filters'] });
  const ffprobe = await looking;
  const { path: ffmpeg, answers } = found;
  const [about = '', encoders = '', filters = ''] = answers;
  const version = about.split('\n')[0]?.trim() ?? '';
  const encoderNames = new Set([...encoders.matchAll(/^ [A-Z.]{6} (\S+)/gm)].map((match) => match[1] ?? ''));
  const filterNames = new Set([...filters.matchAll(/^ [A-Z.|]{2,4} (\S+)/gm)].map((match) => match[1] ?? ''));
  const missing = [
    ...needed.encoders.filter((each) => !encoderNames.has(each)),
    ...needed.filters.filter((each) => !filterNames.has(each)),
  ];
  if (missing.length > 0)
    throw new FilmwrightError(
      'program-missing',
      `${ffmpeg} (${version}) was built without ${missing.join(', ')}. Install a full ffmpeg, 5.1 or newer:\n${install}`,
    );
  const configuration = createHash('sha256').update(about.trim()).digest('hex').slice(0, 12);
  const features = new Set([
    ...needed.encoders,
    ...needed.filters,
    ...wished.filter((each) => filterNames.has(each) || encoderNames.has(each)),
  ]);
  const number = /^ffmpeg version (\S+)/.exec(version)?.[1] ?? 'unknown';
  return { ffmpeg, ffprobe: ffprobe.path, version, configuration, toolchain: `ffmpeg ${number} ${configuration}`, features };
}

type Find = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keptIn: string | undefined;
  readonly questions: readonly string[];
};
type Found = { readonly path: string; readonly answers: readonly string[] };

/** The first program of that name which answers; the questions are options that print and end, -version first. */
async function findProgram(name: 'ffmpeg' | 'ffprobe', { env, keptIn, questions }: Find): Promise<Found> {
  const wanted = env.FILMWRIGHT_FFMPEG;
  const candidates = wanted
    ? name === 'ffmpeg'
      ? [wanted, join(wanted, name)]
      : [join(dirname(wanted), name), join(wanted, name)]
    : (env.PATH ?? '')
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, name));
  for (const path of candidates) {
    const ask = (): Promise<readonly string[] | null> => answersOf(path, questions);
    const answers = keptIn === undefined ? await ask() : await knownAnswers({ path, name, questions, env, folder: keptIn, ask });
    if (answers !== null && /^ff(mpeg|probe) version/.test(answers[0] ?? '')) return { path, answers };
  }
  const where = wanted ? `FILMWRIGHT_FFMPEG (${wanted})` : 'the folders of PATH';
  throw new FilmwrightError(
    'program-missing',
    `${name} was not found in ${where}. Install ffmpeg 5.1 or newer, which brings ffprobe:\n${install}`,
  );
}

/** What a program says to options that print and end, asked at once; null where it cannot be run. */
async function answersOf(path: string, questions: readonly string[]): Promise<readonly string[] | null> {
  try {
    await access(path, constants.X_OK);
    return await Promise.all(questions.map((question) => ask([path, '-hide_banner', '-v', 'error', question])));
  } catch {
    return null;
  }
}

async function ask(command: readonly string[]): Promise<string> {
  const program = startProgram({ command, purpose: 'looking at what it can do', stdout: true, timeoutMs: 30_000 });
  let text = '';
  program.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await program.ended;
  return text;
}
