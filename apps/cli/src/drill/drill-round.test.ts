import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import type { Build, BuildState, Drill } from '@filmwright/contracts';
import { drillBytes } from '@filmwright/core/drill/drill-bytes';
import { drillGraph, sequence } from '@filmwright/core/drill/drill-graph';
import { drillRound } from './drill-round.ts';
import type { DrillGround, Fault } from './fault.ts';
import { storedIn } from './stored-in.ts';

type Made = { readonly state: BuildState | null; readonly planned?: boolean; readonly without?: string; readonly spoilt?: string };

/** A platform that says of the build of a round what it is told to, and whose one runner has a task of it at once. */
async function groundOf(context: TestContext, { state, planned = true, without, spoilt }: Made): Promise<DrillGround> {
  const store = await mkdtemp(join(tmpdir(), 'filmwright-round-'));
  context.after(() => rm(store, { recursive: true, force: true }));
  await mkdir(join(store, 'media'));
  const blobs = await openFolderBlobs({ root: join(store, 'media') });
  const tasks: { address: string; key: string; state: string; digest: string | null }[] = [];
  const make = async (document: Drill): Promise<void> => {
    const made: Uint8Array[] = [];
    for (const { address, seed, bytes, reads } of drillGraph(document)) {
      const output = drillBytes({ seed, bytes, inputs: reads.map((place) => made[place] ?? new Uint8Array()) });
      made.push(output);
      const written = address === spoilt ? output.toReversed() : output;
      const digest = `sha256-${createHash('sha256').update(written).digest('hex')}`;
      const path = join(store, 'output');
      await writeFile(path, written);
      await blobs.putFile({ path, mediaType: 'application/octet-stream' });
      const isDone = address !== without;
      tasks.push({ address, key: address, state: isDone ? 'done' : 'waiting', digest: isDone ? digest : null });
    }
  };
  const problem = state === 'failed' ? { code: 'task-failed', detail: 'it broke' } : null;
  return {
    stored: storedIn(store),
    runners: [{ pid: () => 7 }],
    whole: async () => {},
    records: {
      createBuild: async ({ document }: { readonly document: unknown }) => {
        if (planned) await make(document as Drill);
        return { id: 'build-1' };
      },
      getBuild: async () => ({ state: state ?? 'running', endedAt: state === null ? null : 'now', problem }) as unknown as Build,
      runners: async () => [{ runnerId: 'runner-1', pid: 7 }],
      fleetSnapshot: async () => ({ tasks: planned ? [{ lease: { runnerId: 'runner-1' }, demand: { buildId: 'build-1' } }] : [] }),
      auditBuild: async () => ({ tasks, lost: [], rerun: [], wronglyCharged: [], attempts: planned ? { done: tasks.length } : {} }),
    } as unknown as DrillGround['records'],
  };
}

const fault = (took: boolean): Fault<DrillGround> => ({
  name: 'tickle a runner',
  cannot: () => null,
  async inflict({ busy }) {
    const pid = (await busy()).pid();
    return { did: `the runner ${pid} was tickled`, heal: async () => {}, took: () => took };
  },
});

const play = async (context: TestContext, { took = true, ...made }: Made & { readonly took?: boolean }) =>
  drillRound({ platform: await groundOf(context, made), fault: fault(took), seed: 3, random: sequence(3), endsWithinMs: 300 });

const tasksOfRound = 3 * 3 + 1;

test('a round in which all was done as its seeds say is in order', async (context) => {
  const { took, lost, rerun, doubleCharged, wrongBytes, saw } = await play(context, { state: 'succeeded' });
  assert.deepEqual({ took, lost, rerun, doubleCharged, wrongBytes }, { took: true, lost: 0, rerun: 0, doubleCharged: 0, wrongBytes: 0 });
  assert.equal(saw, 'attempts: 10 done');
});

test('a build that was never planned has lost every task that it should have had, and nobody was there to be struck', async (context) => {
  for (const state of ['succeeded', 'failed', null] as const) {
    const { lost, took, did, saw } = await play(context, { state, planned: false });
    assert.equal(lost, tasksOfRound, saw);
    assert.equal(took, false);
    assert.match(did, /no runner took a task/);
    assert.match(saw, /attempts: none; .*the fault did not take hold$/);
  }
});

test('a build that failed, or has not ended, has lost something even where all of its tasks are done', async (context) => {
  const failed = await play(context, { state: 'failed' });
  assert.equal(failed.lost, 1);
  assert.match(failed.saw, /the build ended as failed: it broke/);
  const open = await play(context, { state: null });
  assert.equal(open.lost, 1);
  assert.match(open.saw, /the build had not ended after 0\.3 s/);
});

test('a task that waits is lost, and one with other bytes is wrong, in a build that says that it succeeded', async (context) => {
  const { lost, wrongBytes } = await play(context, { state: 'succeeded', without: 'drill/1-0', spoilt: 'drill/0-1' });
  assert.deepEqual({ lost, wrongBytes }, { lost: 1, wrongBytes: 1 });
});

test('a fault that did not take hold is said to be one', async (context) => {
  const { took, lost, saw } = await play(context, { state: 'succeeded', took: false });
  assert.deepEqual({ took, lost }, { took: false, lost: 0 });
  assert.match(saw, /the fault did not take hold$/);
});
