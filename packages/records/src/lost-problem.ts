import { FilmwrightError, type Problem, toProblem } from '@filmwright/contracts';
import { type LossEvidence, partsOf } from './loss-evidence.ts';
import { besideText, type Loss, secondsBetween } from './troubles.ts';

type Lost = { readonly workspaceId: string; readonly key: string; readonly kind: string; readonly losses: readonly Loss[] };

/** So many neighbours are named. */
const mostNamed = 5;
/** So much of a key tells a task from others. */
const keyLetters = 19;

/** Who had a task that is set aside, when, how far it was, what else was there, what its machine had of memory, and how each runner ended. */
export function lostProblem({ workspaceId, key, kind, losses }: Lost, evidence: LossEvidence): Problem {
  const seen = losses.map((loss) => {
    const { runner, startedAt, heardAt, percent } = loss;
    const ran = `${runner ?? 'a runner'} began at ${new Date(startedAt).toISOString()} and was heard of for ${secondsBetween(startedAt, heardAt ?? startedAt)} s`;
    const far = percent === undefined ? '' : `, at ${Math.round(percent)} %`;
    return `${ran}${far}${companyText(loss, { workspaceId, evidence })}${memoryText(loss)}${endText(loss, evidence)}`;
  });
  return toProblem(new FilmwrightError('task-lost', `${leadOf({ kind, key })}${losses.length} times: ${seen.join('; ')}. ${advice}`));
}

const advice =
  'It may need more memory than there is: look at the log of the runners, give them more memory or start fewer, then make the film again.';
const leadOf = ({ kind, key }: Pick<Lost, 'kind' | 'key'>): string => `The task "${kind}" (${key}) lost its runner `;

/** A text in which a task's problem is told, maybe among those of others, with what `detail` tells of it by now. */
export function toldAnew(text: string, { detail, ...task }: Pick<Lost, 'kind' | 'key'> & { readonly detail: string }): string {
  const start = text.indexOf(leadOf(task));
  const end = text.indexOf(advice, start);
  return start < 0 || end < 0 ? text : text.slice(0, start) + detail + text.slice(end + advice.length);
}

type Asked = { readonly workspaceId: string; readonly evidence: LossEvidence };

/** How many others were there, and of those of the same workspace which; what others make is theirs. */
function companyText({ beside, neighbours = [] }: Loss, { workspaceId, evidence }: Asked): string {
  if (beside === undefined) return '';
  const own = neighbours.map((name) => ({ name, ...partsOf(name) })).filter((one) => one.workspaceId === workspaceId);
  const named = own
    .slice(0, mostNamed)
    .map(({ name, key }) => [evidence.kinds.get(name), key.slice(0, keyLetters)].filter(Boolean).join(' '));
  if (named.length === 0) return `, ${besideText(beside)}`;
  return `, ${besideText(beside)} (${beside > named.length ? 'among them ' : ''}${named.join(', ')})`;
}

function memoryText({ memory }: Loss): string {
  if (!memory) return '';
  const { freeMib, totalMib, heldMib } = memory;
  return `, with ${freeMib} of ${totalMib} MiB of memory free and ${heldMib} MiB held by its tasks as it told last`;
}

function endText({ runnerId }: Loss, { ends }: LossEvidence): string {
  const end = ends.get(runnerId ?? '');
  if (end === undefined) return '';
  const { signal, status, peakMib, lines } = end;
  const how = signal === null ? `ended with status ${status}` : `was killed by ${signal}`;
  const held = peakMib === null ? '' : `, held ${peakMib} MiB at most with all below it`;
  const wrote = lines.length === 0 ? '' : `, wrote last "${lines.join(' | ')}"`;
  return `, and its process ${how} at ${end.endedAt}${held}${wrote}`;
}
