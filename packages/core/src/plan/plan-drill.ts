import { type Asset, drillSchema, FilmwrightError, toProblem } from '@filmwright/contracts';
import { drillGraph } from '../drill/drill-graph.ts';
import type { Plan, PlanInput } from './plan-build.ts';
import { rowOf } from './plan-rows.ts';
import { createPlanner } from './planner.ts';
import { progressOf } from './progress.ts';

/** What a drill's report tells: its last output. */
export type DrillReport = { readonly last: Asset };

const noResult = { master: null, frame: null, vtt: null, srt: null, issues: [] } as const;

/** The tasks of a drill from what is done of them so far; a drill ends with the first task that fails. */
export function planDrill(input: PlanInput): Plan {
  const read = drillSchema.safeParse(input.document);
  if (!read.success) {
    const problem = toProblem(new FilmwrightError('document-invalid', `The document is not one of a drill: ${read.error.message}`));
    const progress = progressOf([], input.offer.slots);
    const end = { state: 'failed', result: null, problem } as const;
    return { title: 'drill', rows: [], ready: [], progress, webPackage: null, shots: null, end };
  }
  const planner = createPlanner({ results: input.results, offer: input.offer, digestOf: input.digestOf });
  const { steps, model, gpus, batch } = read.data.drill;
  const asked = { ...(steps && { steps }), ...(model && { model }), ...(gpus && { gpus }), ...(batch && { batch }) };
  const made: (Asset | undefined)[] = [];
  for (const { address, reads, seed, durationMs, bytes } of drillGraph(read.data)) {
    const inputs = reads.flatMap((place) => made[place]?.digest ?? []);
    const payload = inputs.length === reads.length ? { seed, durationMs, bytes, inputs, ...asked } : undefined;
    made.push(planner.ask({ address, kind: 'drill', stage: 'prepare', shot: null, estimateMs: Math.max(1, durationMs), payload })?.asset);
  }
  const progress = progressOf(planner.planned, input.offer.slots);
  const base = { title: read.data.title, rows: planner.planned.map(rowOf), progress, webPackage: null, shots: null };
  const last = made.at(-1);
  const [failure] = planner.failures;
  if (failure !== undefined) return { ...base, ready: [], end: { state: 'failed', result: null, problem: failure.problem } };
  if (last === undefined) return { ...base, ready: planner.ready, end: null };
  const report: DrillReport = { last };
  return {
    ...base,
    ready: [],
    progress: { ...progress, percent: 100, leftMs: 0 },
    end: { state: 'succeeded', result: { ...noResult, report }, problem: null },
  };
}
