import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timeline } from '@filmwright/contracts';
import { rationalTime, timeRange } from './otio-values.ts';
import { readTimeline } from './read-timeline.ts';
import { writeTimeline } from './write-timeline.ts';

const document = {
  title: 'Two',
  storyboard: [
    { id: 'a', length: '2s', visual: { backdrop: 'halo' } },
    { id: 'b', length: '2s' },
  ],
};
const shot = { handleFrames: 0, spokenFrames: 0, transition: null, captions: [], frames: 60 };
const timeline: Timeline = {
  title: 'Two',
  fps: 30,
  width: 1920,
  height: 1080,
  frames: 120,
  document: JSON.stringify(document),
  sources: [],
  shots: [
    { ...shot, index: 0, id: 'a', file: 'media/001-a.mp4' },
    { ...shot, index: 1, id: 'b', file: 'media/002-b.mp4' },
  ],
  tracks: [],
  master: { file: 'media/master.mp4', samples: 0, loudnessLufs: -14 },
  subtitles: [],
  bundle: [],
};
const good = JSON.stringify(writeTimeline(timeline));
const codesOf = (text: string, original?: string): readonly string[] =>
  readTimeline(text, original)
    .issues.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

const clip = (change: object) => ({
  OTIO_SCHEMA: 'Clip.2',
  name: 'x',
  source_range: timeRange({ start: 0, duration: 50, rate: 25 }),
  media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url: 'a.mov' } },
  ...change,
});
const strange = (children: readonly unknown[], change: object = {}) =>
  JSON.stringify({
    OTIO_SCHEMA: 'Timeline.1',
    name: 'Strange',
    tracks: { OTIO_SCHEMA: 'Stack.1', children: [{ OTIO_SCHEMA: 'Track.1', kind: 'Video', children }] },
    ...change,
  });

test('what is no OpenTimelineIO is refused with what it is', () => {
  const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  for (const text of ['', 'title: x', '<xml/>', '{"a":', '[]', 'null', '7', '{}', nested, good.replace('120', 'NaN'), '{"OTIO_SCHEMA":7}'])
    assert.ok(['otio-syntax', 'otio-kind'].includes(codesOf(text)[0] ?? ''), `${text.slice(0, 40)}: ${codesOf(text)}`);
  const { issues } = readTimeline('{"OTIO_SCHEMA":"Clip.2"}');
  assert.equal(issues.length, 1);
  for (const issue of issues) assert.ok(issue.next && issue.wanted && issue.found, JSON.stringify(issue));
});

test('newer versions of what holds the film are refused by name', () => {
  for (const kind of ['Timeline.1', 'Stack.1', 'Track.1', 'Clip.2']) {
    const { issues } = readTimeline(good.replaceAll(kind, `${kind.slice(0, -1)}9`));
    assert.ok(
      issues.some(({ code, message }) => code === 'otio-version' && message.includes('9')),
      kind,
    );
  }
  assert.deepEqual(codesOf(good.replace('"filmwright":{"version":1', '"filmwright":{"version":2')), ['otio-version']);
});

test('older clips, with one media reference, are read', () => {
  const media = { OTIO_SCHEMA: 'ExternalReference.1', target_url: 'sea.mp4' };
  const old = strange([clip({ OTIO_SCHEMA: 'Clip.1', media_references: undefined, media_reference: media })]);
  assert.deepEqual(readTimeline(old).document, {
    title: 'Strange',
    format: { fps: 25 },
    storyboard: [{ length: '2s', visual: { clip: 'media/sea.mp4' } }],
  });
});

test('times that cannot be reckoned with are told where they stand', () => {
  const range = (start: unknown, duration: unknown, rate: unknown) => ({
    OTIO_SCHEMA: 'TimeRange.1',
    start_time: { OTIO_SCHEMA: 'RationalTime.1', value: start, rate },
    duration: { OTIO_SCHEMA: 'RationalTime.1', value: duration, rate },
  });
  const bad = [
    range(0, 1e300, 25),
    range(0, -5, 25),
    range(0, 5, 0),
    range('0', 5, 25),
    range(0, 5, -1),
    range(0, 5, 1e12),
    7,
    { OTIO_SCHEMA: 'TimeRange.1' },
  ];
  for (const source_range of bad) {
    const { issues, document: none } = readTimeline(strange([clip({ source_range })]));
    assert.equal(none, null);
    assert.ok(
      issues.some(({ code, path }) => code === 'otio-time' && path === 'tracks.children[0].children[0]'),
      JSON.stringify(source_range),
    );
  }
  assert.deepEqual(codesOf(strange([clip({})]).replace('"value":50', '"value":1e999')), ['otio-time']);
});

test('things that films have no word for are refused or told, not followed', () => {
  const inner = { OTIO_SCHEMA: 'Stack.1', children: [{ OTIO_SCHEMA: 'Track.1', children: [clip({})] }] };
  assert.deepEqual(codesOf(strange([inner])), ['otio-kind']);
  assert.deepEqual(codesOf(strange([])), ['otio-empty']);
  assert.equal(codesOf(strange([clip({ media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'MissingReference.1' } } })])).length, 1);
  assert.deepEqual(codesOf(strange(Array.from({ length: 50_001 }, () => 0))), ['too-many']);
  assert.deepEqual(codesOf(strange([], { tracks: 5 })), ['otio-kind']);
  const dissolve = { OTIO_SCHEMA: 'Transition.1', in_offset: rationalTime(-3, 25), out_offset: rationalTime(3, 25) };
  assert.deepEqual(codesOf(strange([clip({}), dissolve, clip({})])), ['otio-time']);
});

test('metadata that was damaged is told, and the untouched original mends it', () => {
  const damaged = good.replace('"handleFrames":0', '"handleFrames":-1');
  assert.deepEqual(codesOf(damaged), ['otio-metadata']);
  assert.deepEqual(readTimeline(damaged, good).document, document);
  assert.ok(codesOf(good.replace('\\"title\\":\\"Two\\"', '\\"titel\\":\\"Two\\"')).length > 0);
  assert.deepEqual(codesOf(good, strange([clip({})])), ['otio-original']);
});

test('keys that JavaScript gives a meaning are keys like all others', () => {
  const hostile = good.replace('"name":"Two"', '"name":"Two","__proto__":{"tracks":null},"constructor":{"prototype":1}');
  assert.notEqual(hostile, good);
  assert.deepEqual(readTimeline(hostile).document, document);
  assert.equal(({} as Record<string, unknown>)['tracks'], undefined);
});

test('a timeline of ten thousand shots is read within its number of clips', () => {
  const shots = Array.from({ length: 10_000 }, (_, index) => ({ ...shot, index, id: `s${index}`, file: `media/${index}-s${index}.mp4` }));
  const many = { title: 'Many', storyboard: shots.map(({ id }) => ({ id, length: '2s', visual: { backdrop: 'halo' } })) };
  const text = JSON.stringify(writeTimeline({ ...timeline, title: 'Many', document: JSON.stringify(many), shots }));
  const { document: back, changed, issues } = readTimeline(text);
  assert.deepEqual(issues, []);
  assert.equal(changed, false);
  assert.deepEqual(back, many);
});

test('timelines made to take long are read in time that grows with their length', () => {
  const count = 20_000;
  const clips = Array.from({ length: count }, (_, at) =>
    clip({ media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url: `${at}/same.mov` } } }),
  );
  const sound = Array.from({ length: count }, (_, at) =>
    clip({ media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url: `${at}/same.wav` } } }),
  );
  const tracks = {
    OTIO_SCHEMA: 'Stack.1',
    children: [
      { OTIO_SCHEMA: 'Track.1', kind: 'Video', children: clips },
      { OTIO_SCHEMA: 'Track.1', kind: 'Audio', children: sound },
    ],
  };
  const { issues, document: none } = readTimeline(strange([], { tracks }));
  assert.equal(none, null, 'a film has at most 10,000 shots');
  assert.equal(issues.length, 501);
  const stem = { name: 'x', file: 'media/x.wav', startSample: 0, fromSample: 0, samples: 5, fileSamples: 5, gainDb: 0, shot: 0, path: 'p' };
  const many = {
    ...timeline,
    tracks: [
      {
        name: 'Voice: x',
        role: 'voice' as const,
        sounds: Array.from({ length: count }, (_, at) => ({ ...stem, samples: at + 1, fileSamples: at + 1 })),
      },
    ],
  };
  assert.equal(readTimeline(JSON.stringify(writeTimeline(many))).changed, false);
});
