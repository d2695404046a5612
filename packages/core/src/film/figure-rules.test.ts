import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issue, RigOutline } from '@filmwright/contracts';
import { presenterOutline } from '../figure/rig-outline.ts';
import { ownRigIssues } from './figure-rules.ts';
import { readDocument } from './read-document.ts';

type Parts = { readonly characters?: unknown; readonly shot?: unknown };

const document = ({ characters = { ada: { rig: 'mara' }, ben: { rig: 'jonas' } }, shot = {} }: Parts): unknown => ({
  title: 'Figures',
  characters,
  storyboard: [
    {
      narration: [{ say: 'Hello.', who: 'ada' }],
      visual: { background: { backdrop: 'halo' }, figures: ['ada', { character: 'ben', at: 0.8 }] },
      ...(shot as object),
    },
  ],
});
const issuesOf = (parts: Parts): readonly Issue[] => readDocument(document(parts)).issues;
const only = (parts: Parts): Issue => {
  const issues = issuesOf(parts);
  assert.equal(issues.length, 1, JSON.stringify(issues));
  return issues[0] as Issue;
};
const figures = (...list: readonly unknown[]) => ({ shot: { visual: { background: { backdrop: 'halo' }, figures: list } } });
const said = (line: object) => ({ shot: { narration: [{ say: 'Hello.', who: 'ada', ...line }] } });

test('figures by name and with keys are read, and the rigs that come along are no files', () => {
  const read = readDocument(document({}));
  assert.deepEqual(read.issues, []);
  assert.deepEqual(read.files, []);
  const own = readDocument(document({ characters: { ada: { rig: 'drawn/rig.json' }, ben: { rig: 'jonas' } } }));
  assert.deepEqual(own.files, [{ file: 'drawn/rig.json', expect: 'rig', path: 'characters.ada.rig' }]);
});

test('names that are not there are told with the nearest that is', () => {
  const cases: readonly (readonly [Parts, string, RegExp])[] = [
    [{ characters: { ada: { rig: 'marra' }, ben: { rig: 'jonas' } } }, 'characters.ada.rig', /`mara`/],
    [{ characters: { ada: { rig: 'mara', look: 'emerold' }, ben: { rig: 'jonas' } } }, 'characters.ada.look', /`emerald`/],
    [
      { characters: { ada: { rig: 'mara', colors: { jackett: '#111111' } }, ben: { rig: 'jonas' } } },
      'characters.ada.colors.jackett',
      /`jacket`/,
    ],
    [figures('ada', 'bem'), 'storyboard[0].visual.figures[1]', /`ben`/],
    [figures('ada', { character: 'ben', pose: 'thinc' }), 'storyboard[0].visual.figures[1].pose', /`think`/],
    [figures('ada', { character: 'ben', framing: 'waste' }), 'storyboard[0].visual.figures[1].framing', /`waist`/],
    [said({ emotion: 'hapy' }), 'storyboard[0].narration[0].emotion', /`happy`/],
    [said({ gesture: 'wavee' }), 'storyboard[0].narration[0].gesture', /`wave`/],
    [said({ look: 'vewer' }), 'storyboard[0].narration[0].look', /`viewer`/],
    [said({ who: 'adda' }), 'storyboard[0].narration[0].who', /`ada`/],
    [said({ camera: { on: 'bn' } }), 'storyboard[0].narration[0].camera.on', /`ben`/],
  ];
  for (const [parts, path, next] of cases) {
    const issue = only(parts);
    assert.equal(issue.path, path);
    assert.match(issue.next ?? '', next, path);
  }
});

test('who speaks must stand in the shot; a voice-over needs nobody', () => {
  const alone = { ...figures('ada').shot, narration: [{ say: 'Hello.', who: 'ben' }] };
  const issue = only({ shot: alone });
  assert.equal(issue.code, 'not-in-shot');
  assert.match(issue.next ?? '', /Add `ben`/);
  assert.deepEqual(issuesOf({ shot: { ...alone, narration: [{ say: 'Hello.', who: 'voice-over' }] } }), []);
  const screen = only(said({ look: 'screen' }));
  assert.equal(screen.path, 'storyboard[0].narration[0].look');
});

test('a line that nobody of several says is a warning, and the film can be made', () => {
  const read = readDocument(document({ shot: { narration: 'Hello.' } }));
  assert.ok(read.film);
  assert.deepEqual(
    read.issues.map(({ severity, code }) => [severity, code]),
    [['warning', 'no-speaker']],
  );
});

test('figures in one place, twice in a shot, or outside the frame are told', () => {
  assert.equal(only(figures({ character: 'ada', at: 0.4 }, { character: 'ben', at: 0.45 })).code, 'too-close');
  assert.equal(only(figures('ada', 'ada')).code, 'duplicate');
  const out = only(figures('ada', { character: 'ben', at: 1.1 }));
  assert.deepEqual([out.code, out.severity], ['outside', 'warning']);
});

test("names of a rig of one's own are looked at once it was read", () => {
  const outline = presenterOutline('mara') as RigOutline;
  const own: RigOutline = { ...outline, name: 'robot', poses: ['neutral', 'beep'], cycles: {} };
  const { film } = readDocument(
    document({
      characters: { ada: { rig: './robot.json' }, ben: { rig: 'jonas' } },
      shot: {
        narration: [{ say: 'Hello.', who: 'ada', gesture: 'beeb' }],
        visual: { background: { backdrop: 'halo' }, figures: [{ character: 'ada', enter: 'from-left' }, 'ben'] },
      },
    }),
  );
  assert.ok(film);
  assert.deepEqual(
    ownRigIssues(film, (rig) => (rig === './robot.json' ? own : undefined)).map(({ path, code }) => [path, code]),
    [
      ['storyboard[0].visual.figures[0].enter', 'no-cycle'],
      ['storyboard[0].narration[0].gesture', 'unknown-name'],
    ],
  );
});
