import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { FilmwrightError, type StoryboardOrder, type StoryboardReport, toProblem } from '@filmwright/contracts';
import { readDocument } from '../film/read-document.ts';
import { breakDownScript } from '../storyboard/break-down-script.ts';
import { writerCredits } from '../storyboard/writer-credit.ts';
import { type PlanInput, planBuild } from './plan-build.ts';
import type { TaskResultView } from './planner.ts';

const script = '# A lamp\n\nIt waits. ANNA comes.\n\nANNA: Hello, lamp.\n\nThe end.';
const ref = 'writer@0123456789ab';

function planned(
  order: StoryboardOrder,
  { result, servers = [ref] }: { readonly result?: Partial<TaskResultView>; readonly servers?: readonly string[] } = {},
) {
  const view: TaskResultView | undefined =
    result === undefined ? undefined : { state: 'done', output: null, problem: null, percent: 100, wallMs: 1, reused: false, ...result };
  const input: PlanInput = {
    ...{ buildId: 'b', purpose: 'storyboard', atMs: null, document: order, files: {}, results: () => view },
    offer: {
      ...{ toolchain: {}, fonts: [], models: [], modelsFor: { storyboard: servers }, slots: 1 },
      voices: ['slt', 'rms'].map((id) => ({
        id: `flite-${id}`,
        language: 'en-US',
        natural: false,
        licence: '',
        engine: 'flite',
        revision: '',
      })),
    },
    digestOf: (text) => `sha256-${createHash('sha256').update(text).digest('hex')}`,
  };
  return planBuild(input);
}

test('an order without a model is a film document at once, with the voices that there are', () => {
  const { end, rows } = planned({ script });
  assert.equal(end?.state, 'succeeded');
  const report = end.result?.report as StoryboardReport;
  assert.deepEqual([report.by, report.credit, rows.length], ['rules', null, 0]);
  assert.deepEqual(readDocument(report.film).issues, []);
  assert.deepEqual(report.film.voices, { anna: { use: 'flite-rms' } });
  assert.equal(planned({ script: '***' }).end?.problem?.code, 'request-invalid');
});

test('an order with a model waits for its one task, whose storyboard becomes the film', () => {
  const waiting = planned({ script, model: 'writer', seed: 3 });
  const [task] = waiting.ready;
  assert.deepEqual([waiting.end, waiting.ready.length, task?.kind], [null, 1, 'storyboard']);
  assert.deepEqual(task?.kind === 'storyboard' && [task.payload.model, task.payload.seed, task.payload.language], [ref, 3, 'en']);
  const storyboard = breakDownScript('Something else. It is said by a model.');
  const credit = { role: 'model', name: 'writer', licence: 'MIT', source: 's', revision: ref } as const;
  const output = { storyboard, rounds: 2, credit, notices: ['look'] };
  const report = planned({ script, model: 'writer', title: 'My lamp' }, { result: { output } }).end?.result?.report as StoryboardReport;
  assert.deepEqual([report.by, report.rounds, report.notices, report.film.title], ['model', 2, ['look'], 'My lamp']);
  assert.deepEqual(report.film.writtenBy, { model: ref, licence: 'MIT', source: 's' });
  const { film, issues } = readDocument(report.film);
  assert.deepEqual([issues, film && writerCredits(film)], [[], [{ ...credit, note: 'wrote the storyboard' }]]);
});

test('a model that is not there or fails ends the order, unless rules may help out, which is told', () => {
  const absent = planned({ script, model: 'writer' }, { servers: [] });
  assert.deepEqual([absent.end?.state, absent.end?.problem?.code], ['failed', 'model-unavailable']);
  const problem = toProblem(new FilmwrightError('program-failed', 'The server is broken.'));
  const failed = { result: { state: 'failed', problem } } as const;
  assert.equal(planned({ script, model: 'writer' }, failed).end?.problem?.detail, 'The server is broken.');
  const helped = planned({ script, model: 'writer', orRules: true }, failed).end?.result?.report as StoryboardReport;
  assert.deepEqual([helped.by, helped.notices], ['rules', ['The server is broken. The storyboard is written by rules.']]);
});
