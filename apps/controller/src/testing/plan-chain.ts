import type { Task } from '@filmwright/contracts';
import type { Plan, PlanInput, TaskResultView } from '@filmwright/core';

/** A document of the tests: one line per shot; every shot is spoken, then encoded, and all are assembled. `broken` makes the planner throw. */
export type Chain = { readonly shots: readonly string[]; readonly broken?: boolean };

/** A small planner with the shape of the real one, whose keys can be read: `speak:hello`, `encode:speak:hello`, `assemble:...`. */
export function planChain({ document, results }: PlanInput): Plan {
  const { shots, broken } = document as Chain;
  if (broken) throw new TypeError('shots of undefined');
  const rows: Plan['rows'][number][] = [];
  const ready = new Map<string, Task>();
  const views: (TaskResultView | undefined)[] = [];
  const ask = (address: string, key: string | null): TaskResultView | undefined => {
    const view = key === null ? undefined : results(key);
    views.push(view);
    rows.push({ address, kind: 'subtitles', stage: 'speak', shot: null, key, estimateMs: 10, reused: view?.reused ?? false });
    if (key !== null && (view === undefined || view.state === 'waiting' || view.state === 'leased')) {
      ready.set(key, {
        key,
        kind: 'subtitles',
        version: 1,
        toolchain: '',
        payload: { cues: [], language: 'en' },
        estimateMs: 10,
        rank: 0,
        inputs: [],
      });
    }
    return view;
  };
  const spans = shots.map((line, shot) => {
    const speech = ask(`shot/${shot}/speech`, `speak:${line}`);
    return ask(`span/${shot}`, speech?.state === 'done' ? `encode:${speech.output}` : null);
  });
  const whole = spans.every((span) => span?.state === 'done') ? `assemble:${spans.map((span) => span?.output).join('+')}` : null;
  const film = ask('assemble', whole);
  const done = views.filter((view) => view?.state === 'done');
  const reused = done.filter((view) => view?.reused).length;
  const tasks = { total: rows.length, done: done.length, run: done.length - reused, reused };
  const progress = { stage: 'speak', shot: null, percent: Math.round((100 * done.length) / rows.length), leftMs: null, tasks } as const;
  const problem = views.find((view) => view?.state === 'failed')?.problem;
  const base = { title: 'A film', rows, progress, webPackage: null, shots: null };
  if (problem) return { ...base, ready: [], end: { state: 'failed', result: null, problem } };
  const result = { master: null, frame: null, vtt: null, srt: null, report: film?.output, issues: [] };
  if (film?.state === 'done') return { ...base, ready: [], end: { state: 'succeeded', result, problem: null } };
  return { ...base, ready: [...ready.values()], end: null };
}
