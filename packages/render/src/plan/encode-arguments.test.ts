import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeArguments } from './encode-arguments.ts';

test('the arguments of a span change only together with the version of its kind', () => {
  const args = encodeArguments({
    settings: { codec: 'h264', preset: 'veryfast', crf: 20, gopFrames: 120, threads: 2 },
    width: 1920,
    height: 1080,
    fps: 30,
    outPath: '/out/span.mp4',
  });
  const colour = '-color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709';
  const x264 =
    'keyint=120:min-keyint=120:scenecut=0:open-gop=0:threads=2:lookahead-threads=1:ssim=1:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv';
  assert.equal(
    args.join(' '),
    [
      '-nostdin -hide_banner -y -loglevel info -nostats',
      `-f rawvideo -pix_fmt yuv420p -video_size 1920x1080 -framerate 30 ${colour} -i pipe:0`,
      `-map 0:v:0 -c:v libx264 -preset veryfast -crf 20 -profile:v high -pix_fmt yuv420p -g 120 -x264-params ${x264} ${colour}`,
      '-fps_mode passthrough -video_track_timescale 90000 -flags:v +bitexact -fflags +bitexact -map_metadata -1',
      '-movflags +cmaf+frag_keyframe+empty_moov+default_base_moof+write_colr -f mp4 file:/out/span.mp4',
    ].join(' '),
  );
});
