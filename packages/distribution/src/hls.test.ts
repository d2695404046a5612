import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hlsCaptions, hlsMultivariant, hlsTrack } from './hls.ts';
import { writePlaylist } from './playlist.ts';
import { samplePackage } from './testing/sample-package.ts';

test('the multivariant playlist names every rendition with what a viewer of it needs, sound included', () => {
  assert.equal(
    hlsMultivariant(samplePackage),
    `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,DEFAULT=YES,AUTOSELECT=YES,GROUP-ID="sound",NAME="English",LANGUAGE="en",CHANNELS="2",URI="sound/index.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,DEFAULT=NO,AUTOSELECT=NO,FORCED=NO,GROUP-ID="captions",NAME="English",LANGUAGE="en",URI="captions/en.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,DEFAULT=NO,AUTOSELECT=NO,FORCED=NO,GROUP-ID="captions",NAME="Deutsch",LANGUAGE="de",URI="captions/de.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=992000,AVERAGE-BANDWIDTH=458611,RESOLUTION=640x360,FRAME-RATE=30.000,CODECS="avc1.640028,mp4a.40.2",AUDIO="sound",SUBTITLES="captions"
video/360p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=3392000,AVERAGE-BANDWIDTH=1258611,RESOLUTION=1280x720,FRAME-RATE=30.000,CODECS="avc1.640028,mp4a.40.2",AUDIO="sound",SUBTITLES="captions"
video/720p/index.m3u8
`,
  );
});

test('a track that still grows is an event without an end; a finished one is whole', () => {
  const [track] = samplePackage.renditions;
  assert.ok(track);
  const growing = hlsTrack({ ...track, segments: track.segments.slice(0, 1), longestSeconds: 6, complete: false });
  assert.match(growing, /#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MAP:URI="init\.mp4"\n/);
  assert.match(growing, /#EXTINF:4\.000000,\n1\.m4s\n$/);
  const whole = hlsTrack({ ...track, longestSeconds: 6, complete: true });
  assert.match(whole, /#EXT-X-PLAYLIST-TYPE:VOD\n[\s\S]*#EXTINF:1\.000000,\n3\.m4s\n#EXT-X-ENDLIST\n$/);
});

test('captions are one file for the whole film', () => {
  assert.match(
    hlsCaptions({ language: 'de', durationMs: 9000 }),
    /#EXT-X-TARGETDURATION:9\n[\s\S]*#EXTINF:9\.000,\nde\.vtt\n#EXT-X-ENDLIST\n$/,
  );
});

test('no text can break a line or leave its quotes', () => {
  assert.equal(
    writePlaylist([{ tag: 'EXT-X-MEDIA', attributes: { NAME: 'a "b"\nc', URI: null } }]),
    '#EXTM3U\n#EXT-X-MEDIA:NAME="a \'b\' c"\n',
  );
  assert.throws(() => writePlaylist([{ uri: 'a\nb' }]), /line break/);
});
