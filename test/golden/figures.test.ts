import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FigureSource, Layer, SpanComposition } from '@filmwright/contracts';
import { digestOf, runPlan } from './fake-ledger.ts';

const lines = [
  { who: 'ada', say: 'Three things make it special, and the first of them is that it shines for days and days on end.' },
  {
    who: 'ben',
    say: 'Would you take it to the lake, where it rains for most of the summer and half of the autumn?',
    camera: { on: 'ben', framing: 'close' },
  },
  { who: 'ada', say: 'I would take it there, and to the mountains, and to the sea, and to wherever the road goes on.', camera: 'wide' },
];
const film = (said: readonly object[], more: object = {}) => ({
  title: 'Dialogue',
  characters: { ada: { rig: 'mara', look: 'emerald' }, ben: { rig: 'jonas', colors: { shirt: '#abc' } } },
  storyboard: [
    {
      id: 'talk',
      narration: said,
      visual: {
        background: { picture: 'room.jpg' },
        screen: { picture: 'lamp.jpg' },
        figures: [
          { character: 'ada', at: 0.25 },
          { character: 'ben', at: 0.75, enter: 'from-right' },
        ],
      },
    },
  ],
  ...more,
});
const files = { 'room.jpg': digestOf('room'), 'lamp.jpg': digestOf('lamp'), 'drawn/rig.json': digestOf('rig') };
const make = (document: unknown) => runPlan({ document, files });

const spansOf = (document: unknown): readonly SpanComposition[] =>
  make(document)
    .tasks.flatMap((task) => (task.kind === 'encode' && task.payload.span.height === 1080 ? [task.payload.span] : []))
    .sort((a, b) => a.firstFrame - b.firstFrame);
const figuresOf = (span: SpanComposition): readonly (Layer & { readonly source: FigureSource })[] =>
  span.layers.filter((layer): layer is Layer & { readonly source: FigureSource } => layer.source.type === 'figure');

test('a dialogue is planned with the mouth of every line, and its report says how well mouths follow', () => {
  const { tasks, plan } = make(film(lines));
  assert.equal(tasks.filter((task) => task.kind === 'mouth').length, 3);
  assert.equal(plan.end?.state, 'succeeded', JSON.stringify(plan.end?.problem));
  const report = plan.end?.result?.report as { readonly mouth: { readonly words: number; readonly p95Ms: number } };
  assert.ok(report.mouth.words > 20 && report.mouth.p95Ms >= 0, JSON.stringify(report.mouth));
});

test('the camera cuts between two frames: layers of one view end where those of the next begin', () => {
  const spans = spansOf(film(lines));
  const ends = new Set(spans.flatMap((span) => figuresOf(span).map((layer) => layer.untilFrame)));
  const heights = new Set(spans.flatMap((span) => figuresOf(span).map((layer) => Math.round(layer.source.heightPx))));
  assert.ok(ends.size >= 3 && heights.size >= 3, `${[...ends]} ${[...heights]}`);
  for (const span of spans)
    for (let frame = span.firstFrame; frame < span.firstFrame + span.frames; frame++) {
      const shown = span.layers.filter((layer) => frame >= layer.fromFrame && frame < layer.untilFrame);
      const drawn = shown.filter((layer) => layer.source.type === 'figure').length;
      assert.equal(drawn, 2, `frame ${frame}`);
      assert.equal(shown.filter((layer) => layer.source.type === 'picture').length, 2, `frame ${frame}`);
    }
});

test('a dialogue that comes later in the film is acted and painted the same', () => {
  const keysOf = (document: unknown): readonly string[] =>
    make(document).tasks.flatMap((task) => (task.kind === 'encode' ? [task.key] : []));
  const document = film(lines);
  const later = { ...document, storyboard: [{ id: 'before', length: '2s', visual: { backdrop: 'halo' } }, ...document.storyboard] };
  const found = new Set(keysOf(later));
  assert.ok(keysOf(document).length > 3 && found.size > keysOf(document).length);
  assert.ok(keysOf(document).every((key) => found.has(key)));
});

test('a changed last sentence leaves the first span as it was', () => {
  const changed = [...lines.slice(0, 2), { who: 'ada', say: 'Never.', camera: 'wide' }];
  const [before, after] = [spansOf(film(lines)), spansOf(film(changed))];
  assert.ok(before.length > 3);
  assert.ok(after.length > 2);
  assert.deepEqual(after[0], before[0]);
  assert.deepEqual(after[1], before[1]);
  assert.notDeepEqual(after.at(-1), before.at(-1));
});

test('a smaller rendition is the same performance, painted smaller', () => {
  const { tasks } = make({ ...film(lines), outputs: { package: true } });
  const spans = tasks.flatMap((task) => (task.kind === 'encode' && task.payload.span.firstFrame === 0 ? [task.payload.span] : []));
  const [large, small] = [1080, 360].map((height) => spans.find((span) => span.height === height)) as [SpanComposition, SpanComposition];
  assert.ok(figuresOf(large).length >= 2);
  assert.equal(figuresOf(small).length, figuresOf(large).length);
  for (const [index, layer] of figuresOf(large).entries()) {
    const other = figuresOf(small)[index];
    assert.ok(other);
    assert.deepEqual(other.source.performance, layer.source.performance);
    assert.ok(Math.abs(other.source.heightPx * 3 - layer.source.heightPx) < 0.01);
    assert.ok(Math.abs((other.x[0]?.value ?? 0) * 3 - (layer.x[0]?.value ?? 0)) < 0.01);
  }
});

test("the pictures that a rig of one's own names are taken in as uploads beside it, and missed when they are not there", () => {
  const own = film([{ who: 'ada', say: 'Hello.' }], { characters: { ada: { rig: 'drawn/rig.json' }, ben: { rig: 'jonas' } } });
  const { plan } = runPlan({
    document: own,
    files,
    change: (task, output) =>
      task.kind === 'normalise' && task.payload.expect === 'rig'
        ? {
            state: 'done',
            problem: null,
            percent: 100,
            wallMs: 1,
            reused: false,
            output: {
              ...(output as object),
              media: {
                ...(output as { media: { outline: object } }).media,
                outline: { ...(output as { media: { outline: object } }).media.outline, pictures: ['face.png'] },
              },
            },
          }
        : undefined,
  });
  assert.equal(plan.end?.state, 'failed');
  const [issue] = plan.end?.problem?.issues ?? [];
  assert.equal(issue?.path, 'characters.ada.rig');
  assert.match(issue?.message ?? '', /drawn\/face\.png/);
});

test('a check of a film with figures looks at its texts before them, makes nothing and tells how its uploads are read', () => {
  const document = film(lines, {});
  const { plan, tasks } = runPlan({ document, files, purpose: 'check' });
  assert.equal(plan.end?.state, 'succeeded');
  assert.deepEqual([...new Set(tasks.map((task) => task.kind))].sort(), ['inspect', 'normalise']);
  assert.deepEqual(Object.keys(plan.shots?.().media ?? {}).sort(), ['lamp.jpg', 'room.jpg']);
});
