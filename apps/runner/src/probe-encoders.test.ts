import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hardwareEncoders, tryEncoder } from './probe-encoders.ts';

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
