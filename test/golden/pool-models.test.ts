import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import type { Plan } from '@filmwright/core/plan/plan-build';
import { type BringingPool, poolsFor } from '@filmwright/core/plan/pool-models';
import { digestOf, type Run, runPlan } from './fake-ledger.ts';

const cloud = {
  name: 'cloud',
  region: null,
  models: ['sd-turbo', 'joe'],
  scouting: 'due',
  scoutAt: null,
  isSeen: false,
  bringing: [],
} as const;
const asks = (model?: string) => ({ visual: { generate: { prompt: 'waves', ...(model !== undefined && { model }) } } });
type Asking = { readonly shot: Record<string, unknown>; readonly pools: readonly BringingPool[]; readonly purpose?: 'check' };
const run = ({ shot, pools, purpose }: Asking): Run => {
  const format = { resolution: '720p', fps: 30 };
  const document = { title: 'Drawn', format, captions: false, storyboard: [{ id: 'one', length: '5s', ...shot }] } as FilmDocument;
  return runPlan({
    document,
    files: { 'a.png': digestOf('a.png'), 'a.mp4': digestOf('a.mp4') },
    generators: [],
    pools,
    ...(purpose && { purpose }),
  });
};
const asked = (asking: Asking): Plan => run(asking).plan;

test('a film waits for a pool that may bring what nobody offers, by what the pool names first, one on its way before all, and one that is cheaper', () => {
  const waitsFor = (shot: Record<string, unknown>, ...changes: readonly Partial<BringingPool>[]): readonly string[] | undefined => {
    const { plan, tasks } = run({ shot, pools: changes.map((change) => ({ ...cloud, ...change })) });
    assert.deepEqual([plan.ready, plan.end === null], [[], plan.awaits !== undefined]);
    const begun = tasks.filter(({ kind }) => kind !== 'normalise' && kind !== 'inspect');
    assert.deepEqual(begun, [], 'nothing is made before');
    if (plan.awaits) assert.deepEqual([plan.progress.stage, plan.progress.percent], ['read', 0], 'though its uploads were read');
    return plan.awaits?.pools;
  };
  assert.deepEqual(waitsFor(asks('sd-turbo'), {}), ['cloud']);
  assert.deepEqual(waitsFor(asks('sd-turbo@111111111111'), {}), ['cloud'], 'of which the pool names no revision');
  assert.deepEqual(waitsFor({ visual: { picture: 'a.png', upscale: { by: 2, model: 'sd-turbo' } } }, {}), ['cloud']);
  assert.deepEqual(waitsFor({ narration: [{ say: 'Hello.', voice: 'joe' }] }, {}), ['cloud']);
  assert.deepEqual(waitsFor(asks(), {}), ['cloud'], 'whatever draws');
  assert.equal(waitsFor(asks(), { isSeen: true }), undefined, 'which drew nothing when it was seen');
  assert.equal(waitsFor(asks('other'), {}), undefined);
  // That the clip wants it shows once the clip was looked at, with its narration ready to be spoken.
  const slow = { visual: { clip: 'a.mp4', speed: 0.3, interpolate: { model: 'rife-9' } }, narration: [{ say: 'Hello.' }] };
  assert.deepEqual(waitsFor(slow, { models: ['rife-9'] }), ['cloud']);
  assert.deepEqual(waitsFor(asks('other'), { models: ['all'] }), ['cloud']);
  assert.deepEqual(waitsFor(asks('other'), { models: [] }), ['cloud'], 'of which nobody knows anything');
  assert.equal(waitsFor(asks('other'), { models: [], isSeen: true }), undefined);
  assert.deepEqual(waitsFor(asks('sd-turbo'), { isSeen: true }), ['cloud'], 'so long ago that it may have it by now');
  assert.equal(waitsFor(asks('sd-turbo'), { kinds: ['encode'] }), undefined, 'which draws nothing');
  assert.deepEqual(waitsFor(asks('sd-turbo'), { name: 'any', models: [] }, { name: 'every', models: ['all'] }, {}), ['cloud']);
  assert.deepEqual(waitsFor(asks('sd-turbo'), { name: 'every', models: ['all'], scouting: 'coming' }, {}), ['every']);
  assert.deepEqual(waitsFor(asks('sd-turbo'), { name: 'cheap' }, {}), ['cheap']);
  assert.deepEqual(waitsFor(asks('sd-turbo'), { name: 'cheap', heldBy: 2 }, {}), ['cloud'], 'which has a place for a machine');
  assert.deepEqual(waitsFor(asks('sd-turbo'), { name: 'cheap', heldBy: 2 }), ['cheap']);
  const missing = { ...asks('sd-turbo'), narration: [{ say: 'Hello.', voice: 'nobody' }] };
  assert.equal(waitsFor(missing, {}), undefined, 'for the voice no wait helps');
});

test('a film whose pool is asked says so in its wait, and in a check as a warning', () => {
  const text = (change: Partial<BringingPool>): string | undefined =>
    asked({ shot: asks('sd-turbo'), pools: [{ ...cloud, ...change }] }).awaits?.text;
  assert.match(text({}) ?? '', /^Nobody who is there has sd-turbo: the film waits for the pool cloud to bring a machine with it/);
  assert.match(
    text({ heldBy: 2 }) ?? '',
    /by itself then. All 2 machines that it has came before it was changed; one of them is given nothing more/,
  );
  assert.match(
    text({ heldBy: 1 }) ?? '',
    /then. The one machine that it has came before it was changed; it is given nothing more, and goes once/,
  );
  const fetching = { scouting: 'known', isSeen: true, bringing: ['sd-turbo'] } as const;
  assert.match(text(fetching) ?? '', /^A machine of the pool cloud is fetching sd-turbo: /);
  assert.match(text({ ...fetching, losses: 2 }) ?? '', /cloud is fetching sd-turbo anew, since it was lost 2 times while it did so: /);
  assert.equal(text({ ...fetching, bringing: ['joe'] }), undefined);
  const both = { ...asks('sd-turbo'), narration: [{ say: 'Hello.', voice: 'ann' }] };
  const { awaits } = asked({ shot: both, pools: [cloud, { ...cloud, name: 'tales', models: ['ann'] }] });
  assert.deepEqual([...(awaits?.pools ?? [])].sort(), ['cloud', 'tales'], 'at once');
  assert.match(awaits?.text ?? '', /ann: the film waits for the pool tales.* sd-turbo: the film waits for the pool cloud/);
  const { end } = asked({ shot: asks('sd-turbo'), pools: [cloud], purpose: 'check' });
  const [issue] = end?.result?.issues ?? [];
  assert.deepEqual([end?.state, issue?.severity, Object.keys(issue ?? {}).includes('awaits')], ['succeeded', 'warning', false]);
  assert.match(`${issue?.message} ${issue?.next}`, /pool cloud may bring it.*Make the film: it waits while cloud brings one/);
});

test('what a pool was to bring and did not is told with that pool, why and what to do', () => {
  const told = (change: Partial<BringingPool>, shot = asks('sd-turbo')): string => {
    const [issue] = asked({ shot, pools: [{ ...cloud, ...change }] }).end?.problem?.issues ?? [];
    return `${issue?.message} ${issue?.next}`;
  };
  const known = { scouting: 'known', isSeen: true } as const;
  assert.match(told(known), /pool cloud are to bring it, but the newest did not offer it.*filmwright models list.*after 20 minutes/);
  assert.doesNotMatch(told(known, asks('other')), /cloud/);
  assert.match(
    told({ scouting: 'failed' }),
    /pool cloud may bring it, but none came when one was asked for.*log of the controller.*20 minutes/,
  );
  assert.match(told({ scouting: 'failed', models: [] }, asks('other')), /none came.*models add other/);
  assert.match(told({ scouting: 'lost' }), /pool cloud are to bring it, but each that came was gone before.*stay for longer/);
});

test('a film waits for no pool elsewhere than it must be made, and for none that was asked in vain since it is wanted', () => {
  const createdAt = '2026-05-01T10:00:00.000Z';
  const pool = { ...cloud, region: 'eu', scoutAt: '2026-05-01T10:20:00.000Z' };
  const standing = (change: Partial<BringingPool>, place: object = {}) =>
    poolsFor({ createdAt, ...place }, [{ ...pool, ...change }])[0]?.scouting;
  assert.equal(standing({}), 'failed');
  assert.equal(standing({ isSeen: true }), 'known');
  assert.equal(standing({ scoutAt: '2026-05-01T09:59:59.999Z' }), 'due');
  assert.equal(standing({ scoutAt: null }), 'due');
  assert.equal(standing({ scouting: 'again' }), 'again', 'of one that was lost');
  assert.equal(standing({ scouting: 'coming' }), 'coming');
  assert.deepEqual([standing({ scoutAt: null }, { pool: 'cloud' }), standing({}, { pool: 'other' })], ['due', undefined]);
  assert.deepEqual([standing({ scoutAt: null }, { region: 'eu' }), standing({}, { region: 'us' })], ['due', undefined]);
});
