import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { spawnFfmpegPipe } from './ffmpeg-pipe.ts';
import { spawnFfmpegSource } from './ffmpeg-source.ts';
import { findFfmpeg, type Toolset } from './find-ffmpeg.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

let toolset: Toolset;
before(async () => {
  toolset = await findFfmpeg();
});
const endless = ['-v', 'error', '-re', '-f', 'lavfi', '-i', 'anullsrc', '-f', 'null', '-'];

test('a missing ffmpeg is told with the way to install it', async () => {
  await assert.rejects(findFfmpeg({ env: { PATH: '/nowhere' } }), {
    code: 'program-missing',
    message: /the folders of PATH.*apt-get install/s,
  });
});

test('the toolchain names version and build of ffmpeg', () => {
  assert.match(toolset.toolchain, /^ffmpeg \S+ [0-9a-f]{12}$/);
});

test('a failing run tells the end of its log', async () => {
  const running = runFfmpeg({ toolset, purpose: 'reading a trial', args: ['-v', 'error', '-i', 'file:/nowhere/x.mp4', '-f', 'null', '-'] });
  await assert.rejects(running, { code: 'program-failed', message: /while reading a trial.*No such file/ });
});

test('a run ends with its signal and with its time', async () => {
  const reason = new Error('not wanted any more');
  const abort = new AbortController();
  const running = runFfmpeg({ toolset, purpose: 'waiting', args: endless, signal: abort.signal });
  abort.abort(reason);
  await assert.rejects(running, (error) => error === reason);
  await assert.rejects(runFfmpeg({ toolset, purpose: 'waiting', args: endless, timeoutMs: 100 }), {
    code: 'program-failed',
    message: /longer than 100 ms/,
  });
});

test('frames go in, come out and are counted', async () => {
  const progress: number[] = [];
  const { stdout } = await runFfmpeg({
    toolset,
    purpose: 'copying frames',
    stdin: new Uint8Array(48).fill(7),
    maxStdoutBytes: 48,
    onProgress: ({ frames }) => progress.push(frames),
    args: ['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '4x4', '-i', 'pipe:0', '-f', 'rawvideo', 'pipe:1'],
  });
  assert.deepEqual([...stdout], Array(48).fill(7));
  assert.equal(progress.at(-1), 3);
});

test('a source gives whole frames, a clean end, and fails inside a frame', async () => {
  const args = ['-v', 'error', '-f', 'lavfi', '-i', 'color=white:s=4x4:d=1:r=2', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  const whole = spawnFfmpegSource({ toolset, purpose: 'reading', args });
  const frame = new Uint8Array(16);
  assert.deepEqual([await whole.read(frame), await whole.read(frame), await whole.read(frame)], [true, true, false]);
  const uneven = spawnFfmpegSource({ toolset, purpose: 'reading', args });
  await assert.rejects(uneven.read(new Uint8Array(40)), /inside a frame/);
  const left = spawnFfmpegSource({ toolset, purpose: 'reading', args });
  await left.close();
});

test('an encoder that fails rejects the write or the end, and can be aborted', async () => {
  const args = ['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '4x4', '-i', 'pipe:0', '-f', 'null', '-'];
  const good = spawnFfmpegPipe({ toolset, purpose: 'encoding', args });
  await good.write(new Uint8Array(16));
  assert.equal((await good.finish()).log, '');
  const bad = spawnFfmpegPipe({ toolset, purpose: 'encoding', args: [...args.slice(0, -3), '-c:v', 'nothing', 'x.mp4'] });
  await assert.rejects(
    async () => {
      for (;;) await bad.write(new Uint8Array(1 << 16));
    },
    { code: 'program-failed' },
  );
  const left = spawnFfmpegPipe({ toolset, purpose: 'encoding', args });
  await left.abort();
});
