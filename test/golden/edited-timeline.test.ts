import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTimeline } from '@filmwright/core/otio/read-timeline';
import { documentOf } from './corpus-documents.ts';
import { type Open, type OpenPiece, type OpenTrack, openedTimeline } from './timeline-of.ts';

const film = {
  title: 'Edited',
  format: { fps: 25, resolution: '720p' },
  storyboard: [
    { id: 'one', length: '4s', visual: { backdrop: 'halo' } },
    { id: 'two', length: '4s', visual: { clip: 'walk.mp4', from: '1s', sound: 'keep' }, transition: 'dissolve' },
    { id: 'three', narration: 'Three words here, and then some more of them.', visual: { picture: 'cup.jpg' } },
    { id: 'four', length: '3s', visual: { picture: 'end.jpg' }, transition: { kind: 'wipe-left', length: '400ms' } },
  ],
  soundtrack: { music: 'song.flac', volume: -20 },
};
type Edited = Omit<typeof film, 'storyboard' | 'soundtrack'> & {
  readonly storyboard: readonly Record<string, unknown>[];
  readonly soundtrack?: Record<string, unknown>;
};

/** The film after an editor did something to its timeline. */
function edited(edit: (shots: OpenPiece[], open: Open) => void) {
  const open = openedTimeline(film);
  edit(trackOf(open, 'Shots').children, open);
  const read = readTimeline(JSON.stringify(open));
  return { ...read, document: read.document as Edited, codes: read.issues.map(({ code }) => code) };
}

function trackOf(open: Open, name: string): OpenTrack {
  const found = open.tracks.children.find((track) => track.name === name);
  assert.ok(found, open.tracks.children.map((track) => track.name).join());
  return found;
}

const at = (pieces: readonly OpenPiece[], name: string): OpenPiece => {
  const found = pieces.find((piece) => piece.name === name);
  assert.ok(found);
  return found;
};
const ids = ({ storyboard }: Edited) => storyboard.map((shot) => shot['id']);

test('clips that were put in another order are shots in another order, with the transitions that the timeline shows', () => {
  const { document, changed } = edited((shots) => {
    const [one, dissolve, two, three, wipe, four] = shots as [OpenPiece, OpenPiece, OpenPiece, OpenPiece, OpenPiece, OpenPiece];
    shots.splice(0, shots.length, three, one, dissolve, two, wipe, four);
  });
  assert.equal(changed, true);
  assert.deepEqual(ids(document), ['three', 'one', 'two', 'four']);
  assert.deepEqual(document.storyboard[2], film.storyboard[1]);
  assert.deepEqual(document.soundtrack, film.soundtrack);
});

test('a clip that was trimmed at its end is a shorter shot; at its start, its clip starts later', () => {
  const { document } = edited((shots) => {
    at(shots, 'one').source_range.duration.value = 60;
    at(shots, 'two').source_range.start_time.value = 25;
    at(shots, 'two').source_range.duration.value = 75;
  });
  assert.deepEqual(document.storyboard[0], { ...film.storyboard[0], length: '60f' });
  assert.deepEqual(document.storyboard[1], {
    ...film.storyboard[1],
    length: '3s',
    visual: { clip: 'walk.mp4', from: '2000ms', sound: 'keep' },
  });
  assert.deepEqual(document.storyboard.slice(2), film.storyboard.slice(2));
});

test('times in another rate are the same times', () => {
  const { document, changed, codes } = edited((shots) => {
    for (const name of ['one', 'two', 'three', 'four'])
      for (const time of Object.values(at(shots, name).source_range).filter((each) => typeof each === 'object'))
        Object.assign(time, { value: time.value * 4, rate: 100 });
  });
  assert.deepEqual([codes, changed], [[], false]);
  assert.deepEqual(document, film);
});

test('a clip cut shorter than its narration keeps its length, and that is told', () => {
  const { document, codes, issues, changed } = edited((shots) => {
    at(shots, 'three').source_range.duration.value = 20;
  });
  assert.deepEqual([codes, changed], [['otio-narration'], false]);
  assert.deepEqual(document, film);
  assert.match(issues[0]?.message ?? '', /cut to 0\.80 s, but its narration needs [\d.]+ s/);
});

test('a clip that was deleted is no shot any more', () => {
  const { document, codes } = edited((shots) => shots.splice(shots.indexOf(at(shots, 'three')), 1));
  assert.deepEqual(ids(document), ['one', 'two', 'four']);
  assert.deepEqual(codes, []);
});

test('a cut through a clip changes nothing until a part of it goes; a clip twice is a second shot without narration', () => {
  const split = (shots: OpenPiece[], name: string): OpenPiece => {
    const clip = at(shots, name);
    const after = structuredClone(clip);
    clip.source_range.duration.value = 30;
    after.source_range.start_time.value = 30;
    after.source_range.duration.value -= 30;
    shots.splice(shots.indexOf(clip) + 1, 0, after);
    return after;
  };
  assert.equal(edited((shots) => void split(shots, 'two')).changed, false);
  const { document } = edited((shots) => {
    const after = split(shots, 'two');
    shots.splice(shots.indexOf(after), 1);
    shots.push(after);
  });
  assert.deepEqual(ids(document), ['one', 'two', 'three', 'four', undefined]);
  assert.equal(document.storyboard[1]?.['length'], '30f');
  assert.deepEqual(document.storyboard[4], { length: '70f', visual: { clip: 'walk.mp4', from: '2200ms', sound: 'keep' } });
  const twice = edited((shots) => shots.push(structuredClone(at(shots, 'three'))));
  assert.deepEqual(twice.codes, ['otio-repeated']);
  assert.equal(twice.document.storyboard[4]?.['narration'], undefined);
});

test('transitions that were changed, removed or added are those of the shots', () => {
  const { document, codes } = edited((shots) => {
    at(shots, 'dissolve').in_offset.value = 5;
    at(shots, 'dissolve').out_offset.value = 5;
    const added = { ...structuredClone(at(shots, 'dissolve')), name: 'Iris', transition_type: 'Custom_Transition', metadata: {} };
    shots.splice(shots.indexOf(at(shots, 'wipe-left')), 1);
    shots.splice(shots.indexOf(at(shots, 'three')), 0, added);
  });
  const [, two, three, four] = document.storyboard;
  assert.deepEqual(two?.['transition'], { kind: 'dissolve', length: '10f' });
  assert.deepEqual(three?.['transition'], { kind: 'dissolve', length: '10f' });
  assert.equal(four?.['transition'], undefined);
  assert.deepEqual(codes, ['otio-transition']);
});

test('new media are new shots: clips with where they start, pictures, and black for a gap', () => {
  const { document, files, codes } = edited((shots) => {
    const media = (target_url: string, start: number): OpenPiece => {
      const clip = structuredClone(at(shots, 'one'));
      Object.assign(clip, { name: target_url, metadata: {}, markers: [] });
      clip.media_references.DEFAULT_MEDIA = {
        OTIO_SCHEMA: 'ExternalReference.1',
        target_url,
        available_range: structuredClone(clip.source_range),
      };
      clip.source_range.start_time.value = start;
      clip.source_range.duration.value = 50;
      return clip;
    };
    const gap = { ...structuredClone(at(shots, 'one')), OTIO_SCHEMA: 'Gap.1' };
    shots.push(media('file:///films/B%20roll/sea.mov', 25), gap, media('stills/hill.jpg', 0), structuredClone(gap));
  });
  assert.deepEqual(document.storyboard.slice(4), [
    { length: '2s', visual: { clip: 'media/sea.mov', from: '1000ms' } },
    { length: '4s', visual: { backdrop: 'plain', colors: ['#000000'] }, logo: false },
    { length: '2s', visual: { picture: 'media/hill.jpg' } },
  ]);
  assert.equal(files['media/sea.mov'], 'file:///films/B%20roll/sea.mov');
  assert.equal(files['media/hill.jpg'], 'stills/hill.jpg');
  assert.deepEqual(codes, []);
});

test('a clip that was made faster plays faster; a picture cannot', () => {
  const { document, codes } = edited((shots) => {
    for (const name of ['one', 'two']) at(shots, name).effects.push({ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 1.5 });
  });
  assert.deepEqual(document.storyboard[0], film.storyboard[0]);
  assert.deepEqual(document.storyboard[1]?.['visual'], { clip: 'walk.mp4', from: '1s', sound: 'keep', speed: 1.5 });
  assert.deepEqual(codes, ['otio-effect']);
});

test('music that was taken away or replaced is so in the film; lines that were trimmed or taken away are told', () => {
  const without = edited((_, open) => trackOf(open, 'Music').children.splice(0));
  assert.deepEqual(without.document.soundtrack, { volume: -20 });
  const other = edited((_, open) => {
    const [first] = trackOf(open, 'Music').children.splice(1);
    const clip = trackOf(open, 'Music').children[0] ?? first;
    assert.ok(clip);
    clip.media_references.DEFAULT_MEDIA.target_url = 'file:///music/new%20song.wav';
  });
  assert.deepEqual(other.document.soundtrack, { volume: -20, music: 'media/new song.wav' });
  const lines = edited((_, open) => trackOf(open, 'Voice: narrator').children.splice(0));
  assert.deepEqual([lines.codes, lines.changed], [['otio-line'], false]);
  assert.match(lines.issues[0]?.path ?? '', /^storyboard\[2\]\.narration/);
  const silent = edited((_, open) => trackOf(open, 'Clip sound').children.splice(0));
  assert.deepEqual(silent.document.storyboard[1]?.['visual'], { clip: 'walk.mp4', from: '1s' });
});

test('effects, notes, further picture tracks, another name and clips that are switched off are told', () => {
  const { codes, document } = edited((shots, open) => {
    at(shots, 'one').effects.push({ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 2 });
    at(shots, 'two').markers.push({ name: 'Brighter?', comment: 'says Ada', metadata: {} });
    at(shots, 'four').enabled = false;
    open.name = 'Edited v2';
    open.tracks.children.push({ ...structuredClone(trackOf(open, 'Shots')), name: 'V2', metadata: {} });
  });
  assert.deepEqual(codes.sort(), ['otio-disabled', 'otio-effect', 'otio-name', 'otio-note', 'otio-note', 'otio-track']);
  assert.deepEqual([ids(document), document.title], [['one', 'two', 'three'], 'Edited']);
});

test('an editor that drops what others wrote is followed by the names of files, with the original beside', () => {
  const original = JSON.stringify(openedTimeline(film));
  const open = JSON.parse(original, (key, value: unknown) => (key === 'metadata' ? { Editor: 1 } : value)) as Open;
  const shots = trackOf(open, 'Shots').children;
  shots.splice(shots.indexOf(at(shots, 'one')), 1);
  for (const piece of shots)
    if (piece.media_references)
      piece.media_references.DEFAULT_MEDIA.target_url = `file:///edit/proxies/${piece.media_references.DEFAULT_MEDIA.target_url.slice(6)}`;
  const { document, issues } = readTimeline(JSON.stringify(open), original);
  assert.deepEqual(
    issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  assert.deepEqual(ids(document as Edited), ['two', 'three', 'four']);
});

test('a changed timeline of a template is written out in full', () => {
  const document = documentOf('product-vertical.json');
  const open = openedTimeline(document);
  const shots = trackOf(open, 'Shots').children;
  shots.splice(
    shots.findLastIndex((piece) => piece.OTIO_SCHEMA === 'Clip.2'),
    1,
  );
  const { document: back, issues } = readTimeline(JSON.stringify(open));
  assert.deepEqual(
    issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  assert.ok(issues.some(({ code }) => code === 'otio-template'));
  assert.ok(!('template' in (back as object)));
});
