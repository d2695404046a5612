import { type Fleet, type FleetRunner, taskKindNames, taskKinds } from '@filmwright/contracts';
import { plainReason } from '@filmwright/core/wait/plain-reason';
import type { FleetFacts, FleetStore, OverviewStore, RunnerFacts } from '@filmwright/records';
import { keptAnswer } from './kept-answer.ts';

/** Reads the fleet, at most once a second however many look, and sums of spending more seldom. */
export type FleetLook = () => Promise<Fleet>;

type Looking = {
  readonly overview: Pick<OverviewStore, 'fleetFacts' | 'fleetSpend'>;
  readonly fleet: Pick<FleetStore, 'isLed'>;
};

const trustMs = 900;
const spendTrustMs = 5000;
const mostBuilds = 20;

export function createFleetLook({ overview, fleet }: Looking): FleetLook {
  const spend = keptAnswer(() => overview.fleetSpend(mostBuilds), { trustMs: spendTrustMs });
  return keptAnswer(
    async () => {
      const [isLed, facts, spent] = await Promise.all([fleet.isLed(), overview.fleetFacts(), spend()]);
      return {
        isLed,
        runners: facts.runners.map(runnerOf),
        queue: queueOf(facts.queue),
        pools: facts.pools,
        spend: spent,
      };
    },
    { trustMs },
  );
}

/** One line for each build and reason; tasks behind others of the same build stand with the first of it. */
export function queueOf(lines: FleetFacts['queue']): Fleet['queue'] {
  const isBehind = ({ reason }: { readonly reason: string }): boolean => reason === 'others go before it';
  const heads = lines.filter((line) => !isBehind(line));
  const behind = lines.filter(isBehind);
  const hasHead = new Set(heads.filter(({ expectedStartAt }) => expectedStartAt !== null).map(({ build }) => build));
  return lines
    .filter((line) => !isBehind(line) || !hasHead.has(line.build))
    .map((whole) => {
      const { position, ...line } = whole;
      const first = heads.find(({ build, expectedStartAt }) => build === line.build && expectedStartAt !== null);
      const more = whole === first ? behind.filter(({ build }) => build === line.build) : [];
      return {
        ...line,
        tasks: more.reduce((sum, { tasks }) => sum + tasks, line.tasks),
        reason:
          line.tasks === 0
            ? asReason(line.reason)
            : plainReason(isBehind(line) ? `${position} ${position === 1 ? 'task goes' : 'tasks go'} before it` : line.reason),
        expectedStartAt: line.expectedStartAt === null ? null : `${line.expectedStartAt.slice(0, 19)}Z`,
      };
    });
}

/** A sentence for the person whose film waits, as a reason. */
export function asReason(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1).replace(/\.$/, '')}`;
}

function runnerOf(runner: RunnerFacts): FleetRunner {
  const { runnerId, name, credentialId, pool, region, version, slots, tasks, models, loaded, machine, devices, cache, seenAt } = runner;
  return {
    ...{ id: runnerId, name, credentialId, pool, region, slots, tasks, models, loaded },
    ...stateOf(runner),
    ...(runner.hostMemory && { hostMemory: runner.hostMemory }),
    ...(runner.rest !== undefined && { restsUntil: runner.rest.untilAt }),
    version: version ?? null,
    machine: machine ?? null,
    devices: devices ?? [],
    cache,
    seenAt: `${seenAt.slice(0, 17)}00Z`,
  };
}

/** What a runner does, and what keeps it from more. */
export function stateOf(
  runner: Pick<RunnerFacts, 'isGone' | 'silentMs' | 'draining' | 'released' | 'versions' | 'tasks' | 'rest'>,
): Pick<FleetRunner, 'state' | 'why'> {
  if (runner.isGone)
    return { state: 'silent', why: `Nothing was heard of it for ${agoText(runner.silentMs)}: it is given nothing until it speaks again.` };
  if (runner.draining)
    return {
      state: 'draining',
      why: runner.released
        ? 'Its pool has no need of it: it ends once it has nothing left.'
        : 'It was told to end, or has no room on its disk: it finishes what it has and takes nothing more.',
    };
  if (runner.rest !== undefined) {
    const { failures, untilAt } = runner.rest;
    const why = `It failed ${failures} different tasks one after another that were not seen to fail elsewhere: it is given nothing until ${untilAt.slice(11, 19)} UTC, then one task. Look at its log.`;
    return { state: 'limited', why };
  }
  const odd = oddKinds(runner.versions ?? {});
  if (odd !== null) return { state: 'limited', why: odd };
  return { state: runner.tasks.length > 0 ? 'working' : 'idle', why: null };
}

/** Kinds that a runner means otherwise than this gateway does; null where there are none. */
function oddKinds(versions: Readonly<Record<string, number>>): string | null {
  const known: Readonly<Record<string, { readonly version: number }>> = taskKinds;
  const odd = Object.entries(versions).filter(([kind, version]) => known[kind]?.version !== version);
  if (odd.length === 0) return null;
  const older = odd.filter(([kind, version]) => version < (known[kind]?.version ?? 0));
  const [kind = '', version] = older[0] ?? odd[0] ?? [];
  const wanted = taskKindNames.some((each) => each === kind) ? ` (version ${version}, wanted ${known[kind]?.version})` : '';
  const rest = odd.length === 1 ? '' : ` and ${odd.length - 1} other ${odd.length === 2 ? 'kind' : 'kinds'}`;
  return older.length > 0
    ? `Its program is too old for ${kind}${wanted}${rest} of tasks: bring Filmwright up to date there.`
    : `Its program is newer than this gateway: ${kind}${wanted}${rest} of tasks wait until the gateway is brought up to date.`;
}

function agoText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return 'half a minute';
  if (seconds < 120) return 'a minute';
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} hours`;
}
