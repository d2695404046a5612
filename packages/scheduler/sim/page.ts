import { barChart, escaped, fairnessChart, type Series, spoken, utilisationChart, waitChart } from './charts.ts';
import type { Measures } from './measure.ts';
import type { Outcome } from './simulate.ts';
import { columns, type Row, sharesOf, workspaceColumns } from './table.ts';

const light = ['#2a78d6', '#1a9c6c', '#c98500', '#7a5cc7', '#d9528a', '#6b7280', '#d4382f', '#0f8fa8'];
const dark = ['#5b9df0', '#38b98a', '#dba53a', '#a394ee', '#e57bab', '#9aa3af', '#f0716a', '#3fb6cc'];

const colours = (list: readonly string[]): string => list.map((colour, index) => `--s${index}:${colour}`).join(';');

const style = `
:root{color-scheme:light dark;--paper:#fcfcfb;--card:#fff;--ink:#16181d;--soft:#5d636f;--line:#e3e5e9;${colours(light)};--compute:#2a78d6;--load:#e8833a;--memory:#7fb3ef;--disk:#2a78d6;--store:#123f77}
@media(prefers-color-scheme:dark){:root{--paper:#131418;--card:#1b1d22;--ink:#eceef2;--soft:#a0a7b4;--line:#30343c;${colours(dark)};--compute:#4f93ea;--load:#e8914f;--memory:#9cc6f7;--disk:#4f93ea;--store:#2a5da3}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1140px;margin:0 auto;padding:32px 24px 64px}h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:40px 0 4px}h3{font-size:14px;margin:0 0 4px}
p{color:var(--soft);margin:0 0 12px;max-width:80ch}.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;min-width:0}svg{display:block;width:100%;height:auto}
.wide{overflow-x:auto}.chart{overflow-x:auto}.chart svg{max-width:640px}.chart.broad svg{min-width:620px;max-width:none}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;white-space:nowrap}th,td{padding:5px 10px;text-align:right;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:500}th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:var(--card)}tr.strong td{font-weight:650}
text.axis{font-size:11px;fill:var(--soft)}text.name{font-size:12px;fill:var(--ink)}@media(max-width:600px){main{padding:24px 16px 48px}.chart:not(.broad) text{font-size:16px}.broad text.axis,.broad text.name{font-size:14px}}line.grid{stroke:var(--line)}line.even{stroke:var(--ink);stroke-width:1.5}line.least{stroke:var(--ink);stroke-dasharray:3 3}
.compute{fill:var(--compute)}.load{fill:var(--load)}.memory{fill:var(--memory)}.disk{fill:var(--disk)}.store{fill:var(--store)}
.line{fill:none;stroke-width:1.8}.line.strong{stroke-width:3.2}.dot{stroke:var(--card);stroke-width:2}
${light.map((_, index) => `.line.s${index}{stroke:var(--s${index})}.dot.s${index},rect.s${index}{fill:var(--s${index})}.key.s${index}{background:var(--s${index})}`).join('')}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 10px;padding:0;list-style:none;font-size:13px}.key{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px;vertical-align:-1px}
.key.compute{background:var(--compute)}.key.load{background:var(--load)}.key.memory{background:var(--memory)}.key.disk{background:var(--disk)}.key.store{background:var(--store)}
`;

type Drawn = { readonly outcome: Outcome; readonly measures: Measures; readonly series: Series };

const legend = (entries: readonly { readonly kind: string; readonly name: string }[]): string =>
  `<ul class="legend">${entries.map(({ kind, name }) => `<li><span class="key ${kind}"></span>${escaped(name)}</li>`).join('')}</ul>`;

const section = (shown: { readonly title: string; readonly about: string; readonly body: string }): string =>
  `<section><h2>${escaped(shown.title)}</h2><p>${escaped(shown.about)}</p>${shown.body}</section>`;

const grid = (shown: {
  readonly heads: readonly string[];
  readonly lines: readonly { readonly cells: readonly string[]; readonly strong: boolean }[];
}): string => {
  const heads = shown.heads.map((head) => `<th>${escaped(head)}</th>`).join('');
  const lines = shown.lines.map(
    ({ cells, strong }) => `<tr${strong ? ' class="strong"' : ''}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="card wide"><table><thead><tr>${heads}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
};

const swapBars = (drawn: readonly Drawn[]): string =>
  barChart(
    drawn.map(({ outcome, measures }) => {
      const counts = { memory: 0, disk: 0, store: 0 };
      for (const { tier } of outcome.runs) if (tier === 'memory' || tier === 'disk' || tier === 'store') counts[tier] += 1;
      const parts = (['memory', 'disk', 'store'] as const).map((tier) => ({
        value: counts[tier],
        kind: tier,
        title: `${counts[tier]} from ${tier}`,
      }));
      return { name: measures.policy, parts, label: `${measures.swaps}, ${(measures.swapShare * 100).toFixed(1)} %` };
    }),
    'Swaps by where the weights were',
  );

const costBars = (drawn: readonly Drawn[]): string =>
  barChart(
    drawn.map(({ measures, series }) => {
      const perThousand = measures.tasks === 0 ? 0 : (measures.cost / measures.tasks) * 1000;
      return {
        name: measures.policy,
        parts: [{ value: perThousand, kind: `s${series.colour}`, title: `${measures.cost.toFixed(0)} in all` }],
        label: perThousand.toFixed(2),
      };
    }),
    'Cost per thousand tasks',
  );

/** What was reached: deadlines met, or where no task has one, when all was done. */
const outcomeBars = (drawn: readonly Drawn[]): string => {
  const hasDeadlines = drawn.some(({ measures }) => measures.deadlinesMet !== null);
  const bars = drawn.map(({ measures, series }) => {
    const met = (measures.deadlinesMet ?? 0) * 100;
    const label = hasDeadlines ? `${met.toFixed(1)} %` : spoken(measures.endMs);
    const value = hasDeadlines ? met : measures.endMs;
    return { name: measures.policy, parts: [{ value, kind: `s${series.colour}`, title: label }], label };
  });
  return section({
    title: hasDeadlines ? 'Deadlines' : 'Done',
    about: hasDeadlines ? 'Part of the tasks with a deadline that were done by then.' : 'When the last task was done.',
    body: `<div class="card chart">${barChart(bars, hasDeadlines ? 'Deadlines met' : 'Time until all was done')}</div>`,
  });
};

/** Columns of the table that say more about the simulator than about a policy. */
const untold: ReadonlySet<string> = new Set(['steps', 'took s']);

const only = (isShown: boolean, body: () => string): string => (isShown ? body() : '');

/** One HTML page that needs nothing from elsewhere: charts of the outcomes, and tables of all rows. Colours follow `order`, so that a policy keeps its own. */
export const page = (shown: {
  readonly outcomes: readonly Outcome[];
  readonly rows: readonly Row[];
  readonly order: readonly string[];
  readonly note: string;
}): string => {
  const { outcomes, rows, order, note } = shown;
  const drawn = outcomes.flatMap((outcome): Drawn[] => {
    const row = rows.find(({ measures, seed }) => measures.policy === outcome.policy && seed === outcome.scenario.seed);
    if (row === undefined) return [];
    const series = {
      name: outcome.policy,
      colour: Math.max(0, order.indexOf(outcome.policy)) % light.length,
      strong: outcome.policy === 'filmwright',
    };
    return [{ outcome, measures: row.measures, series }];
  });
  const scenario = outcomes[0]?.scenario;
  const ends = outcomes.map(({ endMs }) => endMs).toSorted((a, b) => a - b);
  // One that takes many times as long as the others would leave them no room.
  const toMs = Math.max(1, Math.min(ends.at(-1) ?? 1, 2 * (ends[Math.floor(ends.length / 2)] ?? 1)));
  const told = columns.filter(({ head, cell }) => !untold.has(head) && rows.some((row) => !['-', '0'].includes(cell(row))));
  const hasSeeds = new Set(rows.map(({ seed }) => seed)).size > 1;
  const heads = told.filter(({ head }) => head !== 'seed' || hasSeeds);
  const shares = sharesOf(rows);
  const shareHeads = workspaceColumns.filter(
    ({ head, cell }) => (head !== 'seed' || hasSeeds) && shares.some((share) => cell(share) !== '-'),
  );
  const hasSwaps = drawn.some(({ measures }) => measures.swaps > 0);
  const hasShares = drawn.some(({ measures }) => measures.leastShare !== null);
  const policies = legend(drawn.map(({ series }) => ({ kind: `s${series.colour}`, name: series.name })));
  const sections = [
    grid({
      heads: heads.map(({ head }) => head),
      lines: rows.map((row) => ({ cells: heads.map(({ cell }) => cell(row)), strong: row.measures.policy === 'filmwright' })),
    }),
    outcomeBars(drawn),
    section({
      title: 'Use of the fleet',
      about: `What devices compute and what they spend on loading weights and fetching inputs, over the first ${spoken(toMs)}.`,
      body: `${legend([
        { kind: 'compute', name: 'computing' },
        { kind: 'load', name: 'loading' },
      ])}<div class="grid2">${drawn
        .map(
          ({ outcome }) =>
            `<div class="card chart"><h3>${escaped(outcome.policy)}, done after ${spoken(outcome.endMs)}</h3>${utilisationChart(outcome, toMs)}</div>`,
        )
        .join('')}</div>`,
    }),
    section({
      title: 'Waits',
      about:
        'Part of the tasks whose work began at most so long after they were ready; loading counts as waiting. Further to the left and higher is better.',
      body: `${policies}<div class="card chart broad">${waitChart(drawn.map(({ outcome, series }) => ({ ...series, waitsMs: outcome.tasks.map(({ waitMs }) => waitMs) })))}</div>`,
    }),
    only(hasShares, () =>
      section({
        title: 'Fairness',
        about:
          'What each workspace held while it was backlogged for at least five minutes, over what its weight was entitled to. The line is 1, the dashed one 0.9.',
        body: `<div class="card chart">${fairnessChart(
          drawn.map(({ measures, series }) => ({
            ...series,
            shares: measures.byWorkspace.flatMap(({ workspace, share }) => (share === null ? [] : [{ workspace, share }])),
          })),
        )}</div>`,
      }),
    ),
    `<div class="grid2">${only(hasSwaps, () =>
      section({
        title: 'Swaps',
        about: 'Loads by where the weights were, and their part of all the time that devices were held.',
        body: `${legend([
          { kind: 'memory', name: 'host memory' },
          { kind: 'disk', name: 'disk' },
          { kind: 'store', name: 'store' },
        ])}<div class="card chart">${swapBars(drawn)}</div>`,
      }),
    )}${section({
      title: 'Cost',
      about: 'What the fleet costs until the last task, per thousand tasks done, in the unit of the scenario.',
      body: `<div class="card chart">${costBars(drawn)}</div>`,
    })}</div>`,
    only(shares.length > rows.length, () =>
      section({
        title: 'Workspaces',
        about: 'Waits and shares of each.',
        body: grid({
          heads: shareHeads.map(({ head }) => head),
          lines: shares.map((share) => ({
            cells: shareHeads.map(({ cell }) => cell(share)),
            strong: share.row.measures.policy === 'filmwright',
          })),
        }),
      }),
    ),
  ];
  const title = escaped(`${scenario?.name ?? 'Nothing'}, simulated`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${style}</style><main><h1>${title}</h1><p>${escaped(`${scenario?.about ?? ''}. Charts show seed ${scenario?.seed ?? 0}.`)}</p>${note === '' ? '' : `<p>${escaped(note)}</p>`}${sections.join('')}</main></html>\n`;
};
