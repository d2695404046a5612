import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure } from './measure.ts';
import { page } from './page.ts';
import { policies } from './policies.ts';
import { reference } from './scenarios/reference.ts';
import { simulate } from './simulate.ts';

const names = ['fifo', 'static-partition', 'filmwright'] as const;

/** The beginning of a day of swaps at more than the fleet can do, under three policies, as measured and as its page draws it. */
function drawn() {
  const whole = reference({ seed: 1, load: 1.1, warm: false });
  const scenario = { ...whole, tasks: () => [...whole.tasks()].slice(0, 600) };
  const outcomes = names.map((name) => simulate({ scenario, policy: policies[name]?.({ seed: 1, scenario }) ?? assert.fail(name) }));
  const rows = outcomes.map((outcome) => ({ measures: measure(outcome), tookMs: 1, seed: 1 }));
  const html = page({ outcomes, rows, order: Object.keys(policies), note: '' });
  const chart = (label: string): string =>
    new RegExp(`<svg[^>]*aria-label="${label}">.*?</svg>`, 's').exec(html)?.[0] ?? assert.fail(label);
  return { outcomes, all: rows.map(({ measures }) => measures), chart };
}

const { outcomes, all, chart } = drawn();
const nearly = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `found ${found}, wanted ${wanted} within ${within}`);
const pointsOf = (shape: string): readonly (readonly [number, number])[] =>
  [...(/points="([^"]*)"/.exec(shape)?.[1] ?? '').matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
/** Of a closed outline. */
const areaOf = (points: readonly (readonly [number, number])[]): number =>
  Math.abs(
    points.reduce((sum, [x, y], index) => {
      const [nextX, nextY] = points[(index + 1) % points.length] ?? [0, 0];
      return sum + x * nextY - nextX * y;
    }, 0) / 2,
  );
/** The widths of a chart's bars, one after the other. */
const widthsOf = (svg: string): readonly number[] => [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
const linesAt = (svg: string, kind: string): number => Number(new RegExp(`<line x1="([\\d.]+)"[^>]*class="${kind}"`).exec(svg)?.[1]);

test('what a policy loads covers as much of its chart as of the time that devices were there', () => {
  const ends = outcomes.map(({ endMs }) => endMs).toSorted((a, b) => a - b);
  const toMs = Math.min(ends.at(-1) ?? 0, 2 * (ends[1] ?? 0));
  const left = (ms: number): number => Math.min(ms, toMs);
  for (const { policy, runs, scenario } of outcomes) {
    const gpus = scenario.runners.reduce((sum, { devices }) => sum + devices.length, 0);
    const loadMs = runs.reduce((sum, run) => sum + (left(run.workMs) - left(run.grantedMs)) * run.held, 0);
    const [load] = /<polygon class="load"[^>]*>/.exec(chart(`Use of devices over time under ${policy}`)) ?? [];
    const box = areaOf([
      [56, 8],
      [512, 8],
      [512, 128],
      [56, 128],
    ]);
    assert.ok(loadMs > 0);
    nearly(areaOf(pointsOf(load ?? '')) / box, loadMs / (gpus * toMs), 0.01);
  }
});

test('the line of waits is as high as the part of the tasks that had waited no longer', () => {
  const lines = [...chart('Part of tasks by wait').matchAll(/<polyline[^>]*>/g)].map(([line]) => pointsOf(line));
  const mostMs = Math.max(...outcomes.flatMap(({ tasks }) => tasks.map(({ waitMs }) => waitMs)));
  assert.equal(lines.length, outcomes.length);
  for (const [index, { tasks }] of outcomes.entries()) {
    // What waited less than a tenth of a second is drawn at the edge.
    const inside = (lines[index] ?? []).slice(0, -1).filter(([x]) => x > 48.1);
    assert.ok(inside.length > 50);
    for (const [x, y] of inside) {
      const waitMs = 100 * (mostMs / 100) ** ((x - 48) / 1020);
      const part = tasks.filter((task) => task.waitMs <= waitMs * 1.005).length / tasks.length;
      assert.ok(part >= 1 - (y - 10) / 264 - 0.01, `${part} at ${waitMs} ms`);
      const before = tasks.filter((task) => task.waitMs < waitMs * 0.995).length / tasks.length;
      assert.ok(before <= 1 - (y - 10) / 264 + 0.01, `${before} before ${waitMs} ms`);
    }
  }
});

test('bars of swaps and of cost are as long as what they stand for, and say it', () => {
  const swaps = chart('Swaps by where the weights were');
  const byTier = outcomes.flatMap(({ runs }) => ['memory', 'disk', 'store'].map((tier) => runs.filter((run) => run.tier === tier).length));
  const most = Math.max(...all.map((measures) => measures.swaps));
  for (const [index, width] of widthsOf(swaps).entries()) nearly(width, Math.max(0, ((byTier[index] ?? 0) / most) * 276 - 1), 0.1);
  for (const measures of all) assert.ok(swaps.includes(`>${measures.swaps}, ${(measures.swapShare * 100).toFixed(1)} %</text>`));
  const cost = chart('Cost per thousand tasks');
  const perThousand = all.map((measures) => (measures.cost / measures.tasks) * 1000);
  for (const [index, width] of widthsOf(cost).entries())
    nearly(width, ((perThousand[index] ?? 0) / Math.max(...perThousand)) * 276 - 1, 0.1);
  for (const figure of perThousand) assert.ok(cost.includes(`>${figure.toFixed(2)}</text>`));
});

test('a share stands where its workspace does beside the line of 1', () => {
  const fairness = chart('Share of each workspace over its weight');
  const shares = all.flatMap(({ byWorkspace }) => byWorkspace.flatMap(({ share }) => (share === null ? [] : [share])));
  const dots = [...fairness.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  assert.ok(shares.length >= 4);
  assert.equal(dots.length, shares.length);
  const even = linesAt(fairness, 'even');
  for (const [index, x] of dots.entries()) nearly((x - 140) / (even - 140), shares[index] ?? 0, 0.005);
});
