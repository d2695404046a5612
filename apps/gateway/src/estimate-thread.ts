import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { estimateFilm } from '@filmwright/core/plan/estimate-film';
import { type Plan, type PlanInput, planBuild } from '@filmwright/core/plan/plan-build';
import type { TaskResultView } from '@filmwright/core/plan/planner';
import type { Answer, Question } from './estimator.ts';

/** The thread that plans films for estimates: thousands of shots take seconds, and the gateway must go on serving meanwhile. */
const digestOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('hex')}`;

type Asked = Extract<Question, { type: 'film' }>;

let asked: Asked | null = null;
let known = new Map<string, TaskResultView | null>();
let made: Plan | null = null;

function plan({ document, files, offer }: Asked): Answer {
  const unknown = new Set<string>();
  const results: PlanInput['results'] = (key) => {
    const found = known.get(key);
    if (found === undefined) unknown.add(key);
    return found ?? undefined;
  };
  made = planBuild({ buildId: '', purpose: 'make', atMs: null, document, files, offer, results, digestOf });
  // Each round may make keys known whose tasks were done long ago.
  return unknown.size > 0 ? { type: 'keys', keys: [...unknown] } : estimate(made, offer.slots);
}

function estimate(plan: Plan, slots: number): Answer {
  return { type: 'estimate', estimate: estimateFilm(plan, slots) };
}

/** A plan of thousands of shots is not kept until the next film comes. */
function forget(): void {
  asked = null;
  known = new Map();
  made = null;
}

/** Results among which there is none change nothing in the plan. */
function answer(question: Question): Answer {
  if (question.type === 'film') {
    asked = question;
    known = new Map();
    return plan(asked);
  }
  if (asked === null || made === null) throw new Error('results came without a film');
  for (const [key, result] of question.results) known.set(key, result);
  return question.results.some(([, result]) => result !== null) ? plan(asked) : estimate(made, asked.offer.slots);
}

parentPort?.on('message', (question: Question) => {
  try {
    const said = answer(question);
    parentPort?.postMessage(said);
    if (said.type === 'estimate') forget();
  } catch (error) {
    parentPort?.postMessage({ type: 'fault', message: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
});
