import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSsim } from './encode-arguments.ts';
import { ffmpegArguments, writeOptions } from './ffmpeg-arguments.ts';
import { escapeFilterValue, filter, writeFiltergraph } from './filtergraph.ts';

test('a description becomes arguments in its own order', () => {
  const args = ffmpegArguments({
    inputs: [{ options: { ss: 1.5, vn: true, an: false }, from: { file: '-odd name.mp4' } }],
    outputs: [{ options: { map: ['0:v:0', '1:a:0'], f: 'null' }, to: { pipe: 1 } }],
  });
  assert.deepEqual(args, [
    ...['-nostdin', '-hide_banner', '-y', '-loglevel', 'error', '-ss', '1.5', '-vn', '-i', 'file:-odd name.mp4'],
    ...['-map', '0:v:0', '-map', '1:a:0', '-f', 'null', 'pipe:1'],
  ]);
});

test('a value can never become an option, a filter or a number that is none', () => {
  assert.throws(() => writeOptions({ 'c -i': 'x' }), /not the name/);
  assert.throws(() => writeOptions({ t: Number.NaN }), /finite/);
  assert.throws(() => filter('scale=1;movie', {}), /identifier/);
  assert.throws(() => writeFiltergraph([{ filters: [filter('volume', { volume: Number.POSITIVE_INFINITY })] }]), /finite/);
  assert.throws(() => writeFiltergraph([{ inputs: ['0:v];nullsink'], filters: [] }]), /label/);
  assert.equal(escapeFilterValue("a:b'c,d"), "a\\\\:b\\\\\\'c\\,d");
});

test('the last mean SSIM of an encoder log counts', () => {
  assert.equal(parseSsim('SSIM Mean Y:0.5\nx264 [info]: SSIM Mean Y:0.9876543 (19.1db)'), 0.9876543);
  assert.equal(parseSsim('nothing'), null);
});
