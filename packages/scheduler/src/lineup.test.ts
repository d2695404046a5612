import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../sim/random.ts';
import { bringUp, type Lineup, lineUp, positionNow, reasonNow } from './lineup.ts';
import { standings } from './standings.ts';
import type { State } from './state.ts';
import { demand, done, joined, runner, scheduler, wanted } from './testing/fleet-of.ts';

type Told = ReturnType<typeof scheduler>;
type Random = ReturnType<typeof createRandom>;

function looked(state: State, instantMs: number, before: Lineup | null = null): Lineup {
  const { lineup, each } = lineUp(state, { instantMs, before });
  for (const _ of each);
  return lineup;
}

/** Position and reason of each task that waits, by what was looked at before and is brought up. */
function broughtUp(lineup: Lineup, state: State, instantMs: number): Record<string, readonly [number, string]> {
  bringUp(lineup, state, instantMs);
  const ids = [...state.entries.keys(), ...state.later.keys()].toSorted();
  return Object.fromEntries(
    ids.map((id) => {
      const stand = lineup.stands.get(id);
      assert.ok(stand !== undefined, `${id} stands nowhere`);
      const before = reasonNow({ ...lineup, said: new Map() }, id) ?? '';
      return [id, [positionNow(stand), before]] as const;
    }),
  );
}

/** The same, looked at anew. */
function anew(state: State, instantMs: number): Record<string, readonly [number, string]> {
  const all = standings(state, instantMs).toSorted((a, b) => (a.task < b.task ? -1 : 1));
  return Object.fromEntries(all.map(({ task, position, reason }) => [task, [position, reason]] as const));
}

type Day = { readonly random: Random; readonly workspaces: readonly string[]; readonly told: Told };

/** Something that happens: tasks come, are withdrawn or done, or come back to be tried again. */
function happen({ random, workspaces, told }: Day, instantMs: number, of: number): void {
  const changes = Array.from({ length: random.below(6) }, (_, at) => {
    const said = {
      workspace: workspaces[random.below(workspaces.length)] as string,
      priority: (['interactive', 'normal', 'bulk'] as const)[random.below(3)] as 'normal',
      capability: random.below(9) === 0 ? 'nobody can' : 'draw',
      size: `size-${random.below(3)}`,
      estimateMs: 1000 + random.below(9000),
      order: random.below(4),
      submittedMs: instantMs - random.below(3) * 1000,
      readyMs: random.below(8) === 0 ? instantMs + 3000 : instantMs,
    };
    return demand(`t${of}-${at}`, said);
  });
  const waiting = [...told.state.entries.keys()];
  const again = waiting[random.below(waiting.length)];
  const known = again === undefined ? undefined : told.state.entries.get(again)?.entry.task;
  const gone = waiting[random.below(waiting.length)];
  const running = [...told.state.attempts.keys()].filter(() => random.below(3) === 0);
  told.tell(
    instantMs,
    ...wanted(...changes, ...(known === undefined || random.below(3) > 0 ? [] : [known])),
    ...(gone === undefined || random.below(2) === 0 ? [] : [{ type: 'withdrawn', task: gone } as const]),
    ...running.map((id) => done(id)),
  );
}

test('S1: a lineup that is brought up says of one workspace, through random histories, what is found when all is looked at anew', () => {
  for (let seed = 1; seed <= 15; seed++) {
    const told = scheduler();
    const day: Day = { random: createRandom(seed, 'lineup'), workspaces: ['w1'], told };
    told.tell(0, ...joined(runner('a'), runner('b')), ...wanted(...Array.from({ length: 8 }, (_, at) => demand(`t${at}`, { order: at }))));
    let lineup = looked(told.state, 0);
    for (let of = 1; of <= 60; of++) {
      const instantMs = 500 * of;
      happen(day, instantMs, of);
      const found = anew(told.state, instantMs);
      const seen = broughtUp(lineup, told.state, instantMs);
      for (const id of told.state.later.keys()) seen[id] = found[id] as readonly [number, string];
      assert.deepEqual(seen, found, `seed ${seed}, event ${of}`);
      if (day.random.below(12) === 0) lineup = looked(told.state, instantMs, lineup);
    }
  }
});

test('S1: beside other workspaces each that waits is brought up to one place of its line, and stands to its own as when all is looked at anew', () => {
  for (let seed = 1; seed <= 15; seed++) {
    const told = scheduler();
    const day: Day = { random: createRandom(seed, 'lines'), workspaces: ['w1', 'w2', 'w3'], told };
    told.tell(0, ...joined(runner('a')), ...wanted(...Array.from({ length: 8 }, (_, at) => demand(`t${at}`, { order: at }))));
    let lineup = looked(told.state, 0);
    for (let of = 1; of <= 60; of++) {
      const instantMs = 500 * of;
      happen(day, instantMs, of);
      const seen = broughtUp(lineup, told.state, instantMs);
      const found = anew(told.state, instantMs);
      assert.deepEqual(Object.keys(seen), Object.keys(found), `seed ${seed}, event ${of}`);
      const lines = new Map<string, string[]>();
      for (const [id, { group }] of told.state.entries) lines.set(group.key, [...(lines.get(group.key) ?? []), id]);
      const order = (places: typeof seen, ids: readonly string[]) =>
        ids.toSorted((a, b) => (places[a] as readonly [number, string])[0] - (places[b] as readonly [number, string])[0]);
      for (const ids of lines.values()) {
        assert.deepEqual(
          ids.map((id) => seen[id]?.[0]).toSorted((a, b) => Number(a) - Number(b)),
          ids.map((_, at) => at),
          `seed ${seed}, event ${of}`,
        );
        for (const workspace of day.workspaces) {
          const own = ids.filter((id) => told.state.entries.get(id)?.entry.task.workspace === workspace);
          assert.deepEqual(order(seen, own), order(found, own), `seed ${seed}, event ${of}`);
        }
      }
      if (day.random.below(12) === 0) {
        lineup = looked(told.state, instantMs, lineup);
        const again = broughtUp(lineup, told.state, instantMs);
        assert.deepEqual(again, found, `seed ${seed}, event ${of}: looked at anew`);
      }
    }
  }
});
