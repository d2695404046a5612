import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { measure } from './measure.ts';
import { page } from './page.ts';
import { policies } from './policies.ts';
import type { Scenario } from './scenario.ts';
import { bigFleet } from './scenarios/big-fleet.ts';
import { film } from './scenarios/film.ts';
import { reference } from './scenarios/reference.ts';
import { scenarios } from './scenarios.ts';
import { simulate } from './simulate.ts';
import { table } from './table.ts';

const under = (scenario: Scenario, name: string) => {
  const create = policies[name];
  assert.ok(create !== undefined, `there is no policy ${name}`);
  const standby = () => create({ seed: scenario.seed, scenario });
  return simulate({ scenario, policy: standby(), standby });
};

const met = (
  load: number,
  asked: { readonly name: string; readonly warm: boolean },
): { readonly deadlines: number; readonly swaps: number } => {
  const { deadlinesMet, swapShare } = measure(under(reference({ seed: 1, load, warm: asked.warm }), asked.name));
  return { deadlines: deadlinesMet ?? 0, swaps: swapShare };
};

const between = (found: number, [least, most]: readonly [number, number]): void =>
  assert.ok(found >= least && found <= most, `found ${found}, wanted ${least} to ${most}`);

test('FIFO comes off in the reference scenario as its source says: well at half load, not at all at 0.8 with cold swaps.', () => {
  const half = met(0.5, { name: 'fifo', warm: false });
  between(half.deadlines, [0.92, 0.97]);
  between(half.swaps, [0.37, 0.41]);
  between(met(0.65, { name: 'fifo-resident', warm: false }).deadlines, [0.01, 0.09]);
  between(met(0.8, { name: 'fifo', warm: false }).deadlines, [0.005, 0.03]);
  const warm = met(0.8, { name: 'fifo', warm: true });
  between(warm.deadlines, [0.93, 0.97]);
  between(warm.swaps, [0.05, 0.07]);
});

test('The plain window comes off as its source says: all at half load, nearly all at 0.65, far less at 0.8.', () => {
  between(met(0.5, { name: 'window', warm: false }).deadlines, [0.999, 1]);
  between(met(0.65, { name: 'window', warm: false }).deadlines, [0.97, 1]);
  between(met(0.8, { name: 'window', warm: false }).deadlines, [0.1, 0.7]);
});

const shortened = (name: string): Scenario => {
  if (name === 'big-fleet') return bigFleet({ seed: 1, load: 0.8, runners: 50, waiting: 300, hours: 3 });
  const scenario = scenarios[name]?.({ seed: 1, load: 0.7, runners: 8, hours: null });
  assert.ok(scenario !== undefined);
  if (scenario.linked) return scenario;
  return { ...scenario, tasks: () => first(400, scenario.tasks()) };
};

function* first<Item>(count: number, items: Iterable<Item>): Generator<Item> {
  let taken = 0;
  for (const item of items) {
    if (taken === count) return;
    taken += 1;
    yield item;
  }
}

for (const name of Object.keys(scenarios)) {
  test(`Every policy brings the beginning of scenario ${name} to its end, each task done once.`, () => {
    const scenario = shortened(name);
    for (const policy of Object.keys(policies)) {
      const outcome = under(scenario, policy);
      assert.equal(new Set(outcome.tasks.map(({ id }) => id)).size, outcome.tasks.length, policy);
      if (scenario.untilMs === Number.POSITIVE_INFINITY) assert.equal(outcome.left, 0, `${policy} left ${outcome.left}`);
      else assert.ok(outcome.tasks.length > 300, `${policy} did ${outcome.tasks.length}`);
      const { utilisation, swapShare } = measure(outcome);
      between(utilisation, [0.01, 1]);
      between(swapShare, [0, 1]);
    }
  });
}

test('With warm swaps, at 0.8 of the fleet, nearly all deadlines are met and no workspace has less than nine tenths of its share.', () => {
  const { deadlinesMet, leastShare } = measure(under(reference({ seed: 1, load: 0.8, warm: true }), 'filmwright'));
  between(deadlinesMet ?? 0, [0.99, 1]);
  between(leastShare ?? 0, [0.9, 2]);
});

test('With cold swaps at 0.8 of the fleet, and with warm ones at 0.95, nearly all deadlines are met and every workspace has its share.', () => {
  for (const [load, warm, wanted] of [
    [0.8, false, 0.985],
    [0.95, true, 0.99],
  ] as const) {
    const { deadlinesMet, leastShare } = measure(under(reference({ seed: 1, load, warm }), 'filmwright'));
    between(deadlinesMet ?? 0, [wanted, 1]);
    between(leastShare ?? 0, [0.97, 2]);
  }
});

test('A flood of interactive work has its share and no more, all that has a deadline is in time beside it, and a person waits for seconds.', () => {
  const whole = scenarios['priorities']?.({ seed: 1, load: 0.8, runners: null, hours: null });
  assert.ok(whole !== undefined);
  const outcome = under({ ...whole, tasks: () => first(4000, whole.tasks()) }, 'filmwright');
  const { deadlinesMet, byWorkspace, off } = measure(outcome);
  between(deadlinesMet ?? 0, [0.99, 1]);
  const of = (name: string) => byWorkspace.find(({ workspace }) => workspace === name);
  between(of('flood')?.share ?? 0, [0.8, 1.35]);
  between(of('films')?.share ?? 0, [0.9, 1.3]);
  between(of('person')?.wait.p95Ms ?? Number.POSITIVE_INFINITY, [0, 15_000]);
  assert.ok(off.told > 1500);
});

test('A film is made 42 times as quick by 64 runners as by one, with its web package 52 times: transfers and the time to plan included.', () => {
  const speedUp = (webPackage: boolean): number => {
    const found = [1, 2, 3].map((seed) => {
      const [one, many] = [1, 64].map((runners) => under(film({ seed, runners, minutes: 10, webPackage }), 'filmwright').endMs);
      return (one ?? 0) / (many ?? 1);
    });
    return found.reduce((sum, each) => sum + each, 0) / found.length;
  };
  between(speedUp(false), [42, 64]);
  between(speedUp(true), [52.5, 64]);
});

test('A film is assembled sooner where its spans were fetched ahead, and nothing of it begins later.', () => {
  const scenario = film({ seed: 2, runners: 16, minutes: 4, webPackage: false });
  const [lost, told, again] = ['hintless', 'filmwright', 'filmwright'].map((name) => under(scenario, name));
  const lastSpanMs = (outcome: typeof told): number =>
    Math.max(...(outcome?.tasks ?? []).flatMap(({ capability, doneMs }) => (capability === 'encode' ? [doneMs] : [])));
  between((lost?.endMs ?? 0) - (told?.endMs ?? 0), [800, 2000]);
  between(lastSpanMs(told) - lastSpanMs(lost), [-100, 100]);
  assert.ok((told?.aheadMib ?? 0) > 150 && lost?.aheadMib === 0);
  assert.deepEqual(again?.tasks, told?.tasks);
});

test('The command prints the table and writes the page, also where nobody says where to.', () => {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-sim-'));
  try {
    const main = join(import.meta.dirname, 'main.ts');
    const told = execFileSync(process.execPath, [main, 'film', '--runners', '4', '--policies', 'fifo'], { cwd: folder, encoding: 'utf8' });
    assert.match(told, /^fifo /m);
    assert.match(told, /Page with charts: out\/film\.html/);
    assert.match(readFileSync(join(folder, 'out/film.html'), 'utf8'), /<polyline/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('The page stands alone and shows every policy; the table has a line for each.', () => {
  const scenario = shortened('fairness');
  const outcomes = ['fifo', 'window'].map((name) => under(scenario, name));
  const rows = outcomes.map((outcome) => ({ measures: measure(outcome), tookMs: 1, seed: 1 }));
  const html = page({ outcomes, rows, order: Object.keys(policies), note: 'A < B' });
  assert.ok(!/<script|https?:\/\/|NaN|Infinity|undefined/.test(html));
  assert.ok(html.includes('A &lt; B'));
  assert.equal(html.match(/<polyline/g)?.length, 2);
  assert.match(table(rows), /^fifo .*\nwindow /m);
});
