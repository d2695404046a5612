import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Credit, type FilmDocument, reportSchema, type TaskKind } from '@filmwright/contracts';
import { runPlan } from './fake-ledger.ts';

const document: FilmDocument = {
  title: 'Terms',
  format: { resolution: '720p', fps: 30 },
  captions: false,
  storyboard: [{ id: 'one', narration: 'Two waves.', visual: { generate: { prompt: 'waves' } } }],
};

/** What a film's report says of licences where the tasks of a kind were done by what this credit names. */
function said(kind: TaskKind, credit: Credit) {
  const { plan } = runPlan({
    document,
    files: {},
    change: (task, output) =>
      task.kind === kind
        ? { state: 'done', output: { ...Object(output), credit }, problem: null, percent: 100, wallMs: 10, reused: false }
        : undefined,
  });
  assert.equal(plan.end?.state, 'succeeded', JSON.stringify(plan.end));
  const report = reportSchema.parse(plan.end.result?.report);
  assert.ok(report.credits.some(({ name }) => name === credit.name));
  return report.warnings.filter(({ code }) => code === 'licence-commercial').map(({ message }) => message);
}

test('a film made with a model or a voice whose licence does not plainly allow commercial use says so, and no other does', () => {
  const model: Credit = { role: 'model', name: 'closed', licence: 'CC-BY-NC-4.0', source: 'somebody' };
  const voice: Credit = { ...model, role: 'voice', licence: 'as its model card says' };
  assert.deepEqual(said('generate', model), []);
  assert.deepEqual(said('generate', { ...model, commercialUse: 'forbidden' }), [
    'This film was made with the model closed, whose licence (CC-BY-NC-4.0) forbids commercial use.',
  ]);
  assert.deepEqual(said('speak', { ...voice, commercialUse: 'unclear' }), [
    'This film was made with the voice closed, whose licence (as its model card says) does not plainly allow commercial use.',
  ]);
});
