import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSrt, writeVtt } from './write-subtitles.ts';

test('WebVTT is written as the specification has it, with markup characters escaped', () => {
  const text = writeVtt(
    [
      { startMs: 0, endMs: 1500, text: 'A & B <b>now</b> --> then' },
      { startMs: 3_723_004, endMs: 3_725_000, text: 'Two\nlines' },
    ],
    'en',
  );
  assert.equal(
    text,
    'WEBVTT\n\nNOTE Language: en\n\n1\n00:00:00.000 --> 00:00:01.500\nA &amp; B &lt;b&gt;now&lt;/b&gt; --&gt; then\n\n2\n01:02:03.004 --> 01:02:05.000\nTwo\nlines\n',
  );
});

test('SubRip is numbered, has comma decimals and CRLF, and no text can pass for a time line', () => {
  const text = writeSrt([
    { startMs: 61_250, endMs: 62_000, text: 'A --> B' },
    { startMs: 63_000, endMs: 64_000, text: 'Ünï 你好' },
  ]);
  assert.equal(text, '1\r\n00:01:01,250 --> 00:01:02,000\r\nA → B\r\n\r\n2\r\n00:01:03,000 --> 00:01:04,000\r\nÜnï 你好\r\n');
});

test('blank lines inside a text, empty cues and overlaps cannot reach a file', () => {
  const cues = [
    { startMs: 2000, endMs: 3000, text: 'later' },
    { startMs: 0, endMs: 2500, text: 'first\n\n\r\n  \nsecond\u2028third' },
    { startMs: 2600, endMs: 2700, text: '   ' },
  ];
  for (const text of [writeVtt(cues, 'en'), writeSrt(cues).replace(/\r/g, '')]) {
    assert.match(text, /first\nsecond\nthird\n\n2\n/);
    assert.match(text, /00:00:00[.,]000 --> 00:00:02[.,]000/);
    assert.equal(text.match(/ --> /g)?.length, 2);
  }
});

test('a language tag cannot write lines of its own into the header', () => {
  assert.match(writeVtt([], 'en\n\n1\n00:00 --> 00:01'), /^WEBVTT\n\nNOTE Language: [A-Za-z0-9-]*\n\n$/);
});

test('lines of a right-to-left language start with its mark, others do not', () => {
  const cues = [{ startMs: 0, endMs: 1000, text: 'USB-C هو\n48 ساعة' }];
  assert.match(writeVtt(cues, 'ar'), /\u200fUSB-C هو\n\u200f48 ساعة/u);
  assert.match(writeSrt(cues, 'ar'), /\u200fUSB-C هو\r\n\u200f48 ساعة/u);
  assert.ok(!writeVtt(cues, 'en').includes('\u200f') && !writeSrt(cues).includes('\u200f'));
});
