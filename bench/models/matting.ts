// Frames a second of cutting a person out of a 1080p clip: the network in our engine against the same network in Python's onnxruntime, turn by turn in
// one run; and our whole way (decode, looks, smoothing, refined edges, clean colours, encode) beside a plain one in Python without all that.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withKeptFrames } from '../../apps/runner/src/kept-frames.ts';
import { cutOutFrames, cutOutMargin, installedModel, openModelPool, watchFlicker } from '../../packages/engines/src/index.ts';
import { findFfmpeg, planarFrames, splitBytes, writeAlphaClip } from '../../packages/render/src/index.ts';
import { openReference } from './open-reference.ts';

const threads = Number(process.env['THREADS'] ?? 2);
const frames = Number(process.env['FRAMES'] ?? 250);
const turn = Number(process.env['TURN'] ?? 25);
const [width, height, rate] = [1920, 1080, 25];
const home = process.env['FILMWRIGHT_HOME'] ?? '/nowhere';
const model = await installedModel({ name: process.env['MODEL'] ?? 'selfie-segmentation', home });
const { processing, files } = model.card;
if (processing.type !== 'picture' || processing.input.size === 'picture') throw new Error(`${model.ref} has no size of its own.`);
const wanted = processing;

const folder = await mkdtemp(join(tmpdir(), 'filmwright-matting-'));
const clip = join(folder, 'clip.mp4');
const source = fileURLToPath(new URL('../../examples/clips/astronaut.mp4', import.meta.url));
const made = [
  '-frames:v',
  String(frames + cutOutMargin),
  '-vf',
  `scale=${width}:${height}:out_color_matrix=bt709:out_range=tv:flags=lanczos`,
  '-r',
  String(rate),
  '-crf',
  '16',
  '-an',
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
];
execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', '9', '-i', source, ...made, clip]);

const file = join(model.folder, files[0]?.path ?? '');
const side = String(processing.input.size.width);
const reference = await openReference('matting-reference.py', [file, processing.output.name, side, String(threads)]);

const pool = openModelPool({ threads });
const place: Parameters<typeof withKeptFrames>[0]['context'] = {
  ...{ home: folder, key: 'clip', tempDir: folder, borders: { resume: null, reach() {} } },
  store: () => Promise.reject(new Error('Nothing is handed back here.')),
  pathOf: () => Promise.reject(new Error('Nothing is fetched here.')),
};

/** Processor seconds that the model's process has used: fields 14 and 15 of its line in proc(5), in hundredths. */
async function modelCpuSeconds(): Promise<number> {
  const [entry] = await pool.processes();
  const line = await readFile(`/proc/${entry?.pid}/stat`, 'utf8');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const toolset = await findFfmpeg();
const round = (value: number): number => Number(value.toFixed(2));
// The best turn of each side: other work on the machine only takes away.
const best = (values: readonly number[]): number => round(Math.max(...values));
const median = (values: readonly number[]): number => round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);

/** The looks of so many frames as frames ask for them: one, then two together. */
async function lookAt(count: number): Promise<void> {
  const input = { dims: [1, 3, Number(side), Number(side)], data: new Float32Array(3 * Number(side) ** 2).map((_, i) => (i % 255) / 255) };
  const request = { inputs: { [wanted.input.name]: input }, output: wanted.output.name };
  for (let frame = 0; frame < count; frame++) {
    await pool.run(model, request);
    await Promise.all([pool.run(model, request), pool.run(model, request)]);
  }
}

async function network() {
  const turns: { readonly ours: number; readonly python: number; readonly oursCpu: number; readonly pythonCpu: number }[] = [];
  await lookAt(turn);
  await reference.ask({ runs: turn * 3 });
  for (let at = 0; at < 10; at++) {
    const [start, cpu] = [performance.now(), await modelCpuSeconds()];
    await lookAt(turn);
    const [ours, oursCpu] = [(performance.now() - start) / 1000, (await modelCpuSeconds()) - cpu];
    const { seconds, cpuSeconds } = await reference.ask({ runs: turn * 3 });
    turns.push({ ours: turn / ours, python: turn / seconds, oursCpu: turn / oursCpu, pythonCpu: turn / cpuSeconds });
    process.stdout.write(`${JSON.stringify(turns.at(-1))}\n`);
  }
  const compared = (pick: (values: readonly number[]) => number, one: 'ours' | 'oursCpu', other: 'python' | 'pythonCpu') => {
    const [ours, python] = [pick(turns.map((each) => each[one])), pick(turns.map((each) => each[other]))];
    return { ours, python, ratio: round(ours / python) };
  };
  return {
    networkFramesPerSecond: compared(best, 'ours', 'python'),
    networkFramesPerSecondMedian: compared(median, 'ours', 'python'),
    // In processor time, which other work on the machine does not stretch.
    networkFramesPerProcessorSecond: compared(best, 'oursCpu', 'pythonCpu'),
  };
}

/** A clip from its file to the file with alpha; each frame kept as tasks keep them, so that they can go on behind it, or not. */
async function whole({ keeps }: { readonly keeps: boolean }) {
  const keeping = { context: place, frames, bytes: splitBytes({ width, height }), read: (state: unknown) => state };
  return keeps ? withKeptFrames(keeping, ({ add }) => cutOut((frame) => add({ frame, state: {} }))) : cutOut(async () => {});
}

async function cutOut(keep: (frame: Uint8Array) => Promise<void>) {
  const flicker = watchFlicker();
  const writer = writeAlphaClip({ outPath: join(folder, 'cut.mp4'), width, height, rate, toolset });
  const crop = { x: 0, y: 0, width, height };
  const spare: Uint8Array[] = [];
  const decoded = planarFrames({ path: clip, rate, firstFrame: 0, frames: frames + cutOutMargin, crop, width, height, spare, toolset });
  const [start, cpu] = [performance.now(), process.cpuUsage().user];
  for await (const cut of cutOutFrames({ frames: decoded, first: 0, count: frames, model: model.ref, home, pool })) {
    const frame = await writer.write(cut.picture.rgba, cut.squares);
    flicker.seen(cut);
    await keep(frame);
    spare.push(cut.whole.yuv);
  }
  await writer.finish();
  const [seconds, cpuMs] = [(performance.now() - start) / 1000, (process.cpuUsage().user - cpu) / 1000];
  return { wholeFramesPerSecond: round(frames / seconds), processorMsPerFrame: round(cpuMs / frames), flicker: flicker.result() };
}

/** Our way and the plain one from file to file, turn by turn: the same frames of the same clip, to the same encoder. */
async function fileToFile() {
  const [ours, keeping, python]: readonly [number[], number[], number[]] = [[], [], []];
  const keepingMs: number[] = [];
  let last = await whole({ keeps: false });
  for (let at = 0; at < 3; at++) {
    const kept = await whole({ keeps: true });
    keeping.push(kept.wholeFramesPerSecond);
    last = await whole({ keeps: false });
    ours.push(last.wholeFramesPerSecond);
    keepingMs.push(kept.processorMsPerFrame - last.processorMsPerFrame);
    const { seconds } = await reference.ask({ plain: clip, frames, width, height, rate, out: join(folder, 'plain.mp4') });
    python.push(round(frames / seconds));
  }
  const figures = { ...last, wholeFramesPerSecond: median(ours), plainPythonWrittenFramesPerSecond: median(python) };
  const kept = {
    keepingFramesPerSecond: median(keeping),
    keepingRatio: round(median(keeping) / median(ours)),
    keepingMsPerFrame: median(keepingMs),
  };
  return { ...figures, ...kept, wholeTurns: { ours, keeping, python }, wholeRatio: round(median(ours) / median(python)) };
}

try {
  const figures = { ...(await network()), ...(await fileToFile()) };
  const plainFrames = Math.min(frames, 50);
  const plain = await reference.ask({ plain: clip, frames: plainFrames, width, height });
  const date = new Date().toISOString().slice(0, 10);
  const written = {
    date,
    device: `${cpus()[0]?.model} x${cpus().length}`,
    loadAverage: loadavg().map(round),
    model: model.ref,
    clip: `${width}x${height}, ${frames} frames at ${rate}`,
    threads,
    pythonOnnxruntime: reference.version,
    ...figures,
    plainPythonFramesPerSecond: round(plainFrames / plain.seconds),
  };
  process.stdout.write(`${JSON.stringify(written, null, 2)}\n`);
  const results = new URL('./results/', import.meta.url);
  await mkdir(results, { recursive: true });
  await writeFile(new URL(`matting-${date}.json`, results), `${JSON.stringify(written, null, 2)}\n`);
} finally {
  reference.end();
  await pool.dispose();
  await rm(folder, { recursive: true, force: true });
}
