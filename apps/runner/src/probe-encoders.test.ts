import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { hardwareEncoders, probeEncoders, tryEncoder } from './probe-encoders.ts';

test('hardware encoders are found in the list of ffmpeg', () => {
  const list = [
    ' V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC (codec h264)',
    ' V....D h264_nvenc           NVIDIA NVENC H.264 encoder (codec h264)',
    ' V..... hevc_qsv             HEVC (Intel Quick Sync Video acceleration) (codec hevc)',
    ' V....D mjpeg_vaapi          MJPEG (VAAPI) (codec mjpeg)',
    ' A....D aac                  AAC (Advanced Audio Coding)',
  ].join('\n');
  assert.deepEqual(hardwareEncoders(list), ['h264_nvenc', 'hevc_qsv']);
});

test('an encoder works only if it encoded a second', async () => {
  const works = await tryEncoder('ffmpeg', 'mpeg4');
  assert.equal(works.works, true);
  assert.ok((works.framesPerS ?? 0) > 0);
  const not = await tryEncoder('ffmpeg', 'h264_nothing');
  assert.equal(not.works, false);
  assert.match(not.reason ?? '', /h264_nothing/);
});

test('no encoder is tried where no device could encode, unless a script stands in for ffmpeg', {
  skip: process.platform !== 'linux',
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-devices-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const { ffmpeg } = await findFfmpeg();
  const none = await probeEncoders(ffmpeg, folder);
  assert.ok(none.every(({ works, reason }) => !works && reason?.includes(`${folder} has no device`)));
  mkdirSync(join(folder, 'dri'));
  const tried = await probeEncoders(ffmpeg, folder);
  assert.deepEqual(
    tried.map(({ name }) => name),
    none.map(({ name }) => name),
  );
  assert.ok(tried.every(({ reason }) => reason?.includes('has no device') !== true));
  rmSync(join(folder, 'dri'), { recursive: true });
  const script = join(folder, 'ffmpeg');
  writeFileSync(script, '#!/bin/sh\ncase "$*" in *-encoders*) echo \' V....D h264_nvenc  NVIDIA\' ;; esac\n', { mode: 0o755 });
  assert.deepEqual(
    (await probeEncoders(script, folder)).map(({ name, works }) => [name, works]),
    [['h264_nvenc', true]],
  );
});
