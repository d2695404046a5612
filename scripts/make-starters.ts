// Makes the moving preview, the poster and the length of each starter in `starters/` by our own program: `node scripts/make-starters.ts [id ...]`.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';

const root = join(import.meta.dirname, '..');
const starters = join(root, 'starters');
/** What a page with all of them may cost. */
const most = { previewBytes: 250_000, posterBytes: 30_000 };
const previewS = 7;
const pieces = 4;
const wide = 480;

const home = process.env['FILMWRIGHT_HOME'] ?? mkdtempSync(join(tmpdir(), 'filmwright-starters-'));
// The database's unprivileged user must be able to enter it.
chmodSync(home, 0o755);
const wanted = process.argv.slice(2);
for (const id of readdirSync(starters)) if (wanted.length === 0 || wanted.includes(id)) makeStarter(id);

function makeStarter(id: string): void {
  const folder = join(starters, id);
  const { media = '.' } = parse(readFileSync(join(folder, 'starter.yaml'), 'utf8')) as { readonly media?: string };
  const work = mkdtempSync(join(tmpdir(), 'filmwright-starter-'));
  try {
    // The film as it is, at its smallest: a preview is smaller still.
    const film = parse(readFileSync(join(folder, 'film.yaml'), 'utf8')) as { readonly format?: object; readonly outputs?: object };
    const draft = { ...film, format: { ...film.format, resolution: '720p' }, outputs: { master: { quality: 'draft' } } };
    for (const name of readdirSync(resolve(folder, media))) symlinkSync(resolve(folder, media, name), join(work, name));
    const document = join(work, 'starter-film.yaml');
    writeFileSync(document, stringify(draft));
    const out = join(work, 'out');
    mkdirSync(out);
    run(process.execPath, [join(root, 'apps', 'cli', 'bin', 'filmwright.js'), 'make', document, '--out', out], { FILMWRIGHT_HOME: home });
    const master = found(out, '.mp4');
    const durationMs = Math.round(
      Number(run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', master])) * 1000,
    );
    writePreview({ master, durationMs, folder });
    writeFileSync(join(folder, 'made.json'), `${JSON.stringify({ durationMs }, null, 2)}\n`);
    process.stdout.write(
      `${id}: ${durationMs} ms, preview ${sizeOf(join(folder, 'preview.mp4'))}, poster ${sizeOf(join(folder, 'poster.jpg'))} bytes\n`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type Preview = { readonly master: string; readonly durationMs: number; readonly folder: string };

/** Pieces from all over the film, one after the other; quality gives way until it is small enough. */
function writePreview({ master, durationMs, folder }: Preview): void {
  const lengthS = durationMs / 1000;
  const pieceS = previewS / pieces;
  const starts = Array.from({ length: pieces }, (_, index) => (index * (lengthS - pieceS)) / (pieces - 1) + (index === 0 ? 0.4 : -0.4));
  const seen = lengthS <= previewS ? '1' : starts.map((at) => `between(t,${at.toFixed(2)},${(at + pieceS).toFixed(2)})`).join('+');
  const frames = `select='${seen}',setpts=N/FRAME_RATE/TB,fps=20,scale=${wide}:-2:flags=lanczos,format=yuv420p`;
  const preview = join(folder, 'preview.mp4');
  for (let crf = 22; crf <= 44; crf += 2) {
    const encode = [
      '-c:v',
      'libx264',
      '-preset',
      'veryslow',
      '-crf',
      String(crf),
      '-movflags',
      '+faststart',
      '-map_metadata',
      '-1',
      '-fflags',
      '+bitexact',
    ];
    run('ffmpeg', ['-v', 'error', '-y', '-i', master, '-an', '-vf', frames, '-t', String(previewS), '-threads', '1', ...encode, preview]);
    if (sizeOf(preview) <= most.previewBytes) break;
  }
  const poster = join(folder, 'poster.jpg');
  for (let quality = 4; quality <= 24; quality += 2) {
    const still = [
      '-ss',
      (Math.min(2500, durationMs / 3) / 1000).toFixed(2),
      '-i',
      master,
      '-frames:v',
      '1',
      '-vf',
      `scale=${wide}:-2:flags=lanczos`,
    ];
    run('ffmpeg', ['-v', 'error', '-y', ...still, '-q:v', String(quality), '-map_metadata', '-1', poster]);
    if (sizeOf(poster) <= most.posterBytes) break;
  }
  if (sizeOf(preview) > most.previewBytes || sizeOf(poster) > most.posterBytes)
    throw new Error(`${folder}: preview or poster stayed too large`);
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const ended = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 ** 2,
  });
  if (ended.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${ended.status ?? ended.signal}`);
  return ended.stdout;
}

function found(folder: string, ending: string): string {
  const name = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((each) => each.endsWith(ending));
  if (name === undefined) throw new Error(`no ${ending} in ${folder}`);
  return join(folder, name);
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
