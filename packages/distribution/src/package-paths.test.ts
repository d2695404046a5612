import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packagePaths, partAt } from './package-paths.ts';

test('every part is found again by its path', () => {
  const { video, sound, trackList, init, segment } = packagePaths;
  assert.deepEqual(partAt(packagePaths.hls), { part: 'hls' });
  assert.deepEqual(partAt(packagePaths.dash), { part: 'dash' });
  assert.deepEqual(partAt(`${video('720p')}/${trackList}`), { part: 'video-list', rung: '720p' });
  assert.deepEqual(partAt(`${video('720p')}/${init}`), { part: 'video-init', rung: '720p' });
  assert.deepEqual(partAt(`${video('720p')}/${segment(12)}`), { part: 'video-segment', rung: '720p', number: 12 });
  assert.deepEqual(partAt(`${sound}/${trackList}`), { part: 'sound-list' });
  assert.deepEqual(partAt(`${sound}/${init}`), { part: 'sound-init' });
  assert.deepEqual(partAt(`${sound}/${segment(1)}`), { part: 'sound-segment', number: 1 });
  assert.deepEqual(partAt(packagePaths.captions('zh-Hans')), { part: 'captions', language: 'zh-Hans' });
  assert.deepEqual(partAt(packagePaths.captionsList('de')), { part: 'captions-list', language: 'de' });
  assert.deepEqual(partAt(packagePaths.sheet(2)), { part: 'sheet', number: 2 });
  assert.deepEqual(partAt(packagePaths.sprites), { part: 'sprites' });
  assert.deepEqual(partAt(packagePaths.poster), { part: 'poster' });
});

test('nothing else is a part', () => {
  for (const path of [
    '',
    'x',
    '../index.m3u8',
    'video/720p/0.m4s',
    'video/720p/1.m4s/',
    'video//1.m4s',
    'sound/1.mp4',
    'captions/..vtt',
    'toString',
  ])
    assert.equal(partAt(path), null, path);
});
