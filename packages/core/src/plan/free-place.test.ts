import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aspects, type Film } from '@filmwright/contracts';
import { sizeOf } from '../film/frames.ts';
import { readDocument } from '../film/read-document.ts';
import { arrangementOf, logoCorner } from './arrangement.ts';
import { captionBox } from './captions.ts';
import { subjectPlace } from './free-place.ts';
import { isCutOff, placeSubject } from './subject-place.ts';
import { placeTexts } from './text-layers.ts';
import type { Uploads } from './uploads.ts';

const uploads = { media: () => undefined, readable: {}, settled: true, issues: [], warnings: [] } as unknown as Uploads;
const fonts = { regular: [], bold: [] };

function filmOf(aspect: (typeof aspects)[number], shot: object): Film {
  const { film, issues } = readDocument({
    title: 'x',
    format: { aspect },
    brand: { logo: 'logo.png' },
    storyboard: [{ narration: 'Hello there.', ...shot }],
  });
  assert.ok(film, JSON.stringify(issues));
  return film;
}

const texts = [
  { style: 'kicker', text: 'NEW' },
  { style: 'title', text: 'The light that travels with you' },
  { style: 'bullets', text: ['48 hours on one charge', 'Dims to candle light', 'Rain proof'] },
  { style: 'price-tag', text: ['$129.00', '$159.00'] },
  { style: 'button', text: 'Order yours today' },
];

for (const aspect of aspects) {
  test(`in ${aspect} a subject without a place stands clear of texts, captions and the brand's mark`, () => {
    for (const count of [1, 2, 3, 5])
      for (const subject of [
        { width: 600, height: 1000 },
        { width: 1000, height: 1000 },
        { width: 1600, height: 900 },
      ]) {
        const film = filmOf(aspect, {
          visual: { background: { backdrop: 'halo' }, subject: { picture: 'a.png' } },
          text: texts.slice(0, count),
        });
        const [shot] = film.storyboard;
        assert.ok(shot);
        const size = sizeOf(film.format);
        const media = { media: () => subject, readable: {}, settled: true, issues: [], warnings: [] } as unknown as Uploads;
        const place = subjectPlace({ film, shot, size, uploads: media, own: {}, subject, zoom: 1.08 });
        const height = place.height * size.height * 1.08;
        const width = (height * subject.width) / subject.height;
        const box = { x: place.at[0] * size.width - width / 2, y: place.at[1] * size.height - height / 2, width, height };
        const told = JSON.stringify({ aspect, count, subject, place });
        assert.ok(place.height > 0.1, told);
        assert.ok(box.x > -1 && box.x + width < size.width + 1, told);
        const boxes = placeTexts({ film, shot, size, frames: 100, captioned: true, fonts, uploads: media }).map(({ source }) => source.box);
        assert.ok(boxes.length >= count, told);
        for (const other of [...boxes, captionBox(film, size)])
          assert.ok(
            box.x >= other.x + other.width - 1 ||
              box.x + width <= other.x + 1 ||
              box.y >= other.y + other.height - 1 ||
              box.y + height <= other.y + 1,
            `${told} meets ${JSON.stringify(other)}`,
          );
        const corner = logoCorner({ film, shot, size });
        assert.ok(corner !== null && boxes.every(({ x, y, width: across }) => x + across <= corner.left || y >= corner.bottom), told);
      }
  });
}

test('what its picture cuts off stands at the lower edge of the frame all through the move, and its head clear of texts above', () => {
  for (const aspect of aspects)
    for (const motion of ['zoom-in', 'drift', 'pan-up', 'pan-down', 'none'] as const)
      for (const text of [[], [{ style: 'title', text: 'The light that travels' }], texts]) {
        const film = filmOf(aspect, { visual: { background: { backdrop: 'halo' }, subject: { clip: 'a.mp4' } }, text, motion });
        const [shot] = film.storyboard;
        assert.ok(shot);
        const size = sizeOf(film.format);
        const box = { x: 200, y: 100, width: 500, height: 620 };
        const { prepared, place } = placeSubject(
          { film, shot, size, uploads, untilFrame: 50 },
          { subject: {}, picture: { width: 1280, height: 720 }, box, cutOff: true },
        );
        for (const end of [0, -1]) {
          const [scale = 0, y = 0] = [place.scale, place.y].map((path) => path.at(end)?.value);
          const bottom = y + (scale * prepared.height) / 2;
          const told = JSON.stringify({ aspect, motion, texts: text.length, end, bottom, size });
          assert.ok(bottom >= size.height + 1 && bottom < size.height * 1.2, told);
          assert.ok(bottom - (scale * prepared.height * box.height) / 720 > size.height * 0.05, told);
        }
      }
});

test('only a picture whose lower edge goes through what is cut out of it cuts it off', () => {
  const picture = { width: 640, height: 360 };
  assert.equal(isCutOff({ picture, box: { x: 0, y: 60, width: 200, height: 300 } }), true);
  assert.equal(isCutOff({ picture, box: { x: 0, y: 60, width: 200, height: 297 } }), true);
  assert.equal(isCutOff({ picture, box: { x: 0, y: 60, width: 200, height: 290 } }), false);
});

test('a place that the document names is taken as it is', () => {
  const film = filmOf('9:16', { visual: { background: { backdrop: 'halo' }, subject: { picture: 'a.png' } }, text: texts });
  const [shot] = film.storyboard;
  assert.ok(shot);
  const given = { film, shot, size: sizeOf(film.format), uploads, subject: { width: 1, height: 1 }, zoom: 1 };
  assert.deepEqual(subjectPlace({ ...given, own: { at: [0.2, 0.3], height: 0.9 } }), { at: [0.2, 0.3], height: 0.9 });
  assert.deepEqual(subjectPlace({ ...given, own: { at: [0.2, 0.3] } }).at, [0.2, 0.3]);
  assert.equal(subjectPlace({ ...given, own: { height: 0.9 } }).height, 0.9);
});

test('texts stand at the left of a wide frame, above a subject in a tall one, and in the middle of a bare backdrop', () => {
  const positions = (aspect: (typeof aspects)[number], visual: object | undefined): readonly string[] => {
    const film = filmOf(aspect, { ...(visual === undefined ? {} : { visual }), text: [{ text: 'Title' }] });
    const [shot] = film.storyboard;
    assert.ok(shot);
    const size = sizeOf(film.format);
    const [text] = placeTexts({ film, shot, size, frames: 100, captioned: true, fonts, uploads });
    assert.ok(text);
    const { box, alignX } = text.source;
    return [arrangementOf({ shot, size, uploads }), alignX, box.y + box.height < size.height * 0.35 ? 'above' : 'middle'];
  };
  const staged = { background: { backdrop: 'halo' }, subject: { picture: 'a.png' } };
  assert.deepEqual(positions('16:9', staged), ['wide', 'left', 'middle']);
  assert.deepEqual(positions('9:16', staged), ['stacked', 'center', 'above']);
  assert.deepEqual(positions('1:1', staged), ['beside', 'left', 'middle']);
  assert.deepEqual(positions('4:5', { picture: 'a.jpg' }), ['over', 'center', 'above']);
  assert.deepEqual(positions('9:16', undefined), ['alone', 'center', 'middle']);
});
