import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashManifest } from './dash.ts';
import { samplePackage } from './testing/sample-package.ts';
import { writeXml } from './xml.ts';

test('the manifest has the segments of the playlists, runs of one length told once', () => {
  const text = dashManifest(samplePackage);
  assert.match(text, /<MPD [^>]*type="static" mediaPresentationDuration="PT9S"/);
  assert.match(text, /<Title>Tea &amp; &lt;cake&gt;<\/Title>/);
  assert.match(text, /<AdaptationSet id="1" [^>]*maxWidth="1280" maxHeight="720" frameRate="30" par="16:9">/);
  assert.match(
    text,
    /<SegmentTemplate timescale="90000" initialization="video\/720p\/init\.mp4" media="video\/720p\/\$Number\$\.m4s" startNumber="1">/,
  );
  assert.match(text, /<S t="0" d="360000" r="1"\/>\s*<S d="90000"\/>/);
  assert.match(text, /<S t="0" d="192512" r="1"\/>\s*<S d="47104"\/>/);
  assert.match(
    text,
    /<AdaptationSet id="11" contentType="text" mimeType="text\/vtt" lang="de">[\s\S]*<BaseURL>captions\/de\.vtt<\/BaseURL>/,
  );
});

test('no text can open an element, end an attribute or be no XML at all', () => {
  assert.equal(
    writeXml({ name: 'A', attributes: { b: '"<&', c: null }, holds: '\u0000</A>' }),
    '<?xml version="1.0" encoding="UTF-8"?>\n<A b="&quot;&lt;&amp;">\uFFFD&lt;/A&gt;</A>\n',
  );
});
