import { findModelRef, type Issue, type Pool, type TaskKind } from '@filmwright/contracts';
import { mayCome, type Scouting, staleMs } from '../pools/pool-scout.ts';

/** A pool whose machines may bring models and voices that nobody who is there offers. */
export type BringingPool = {
  readonly name: string;
  readonly region: string | null;
  /** What its machines are to bring by its configuration; none where that says nothing. */
  readonly models: readonly string[];
  /** Kinds of tasks that it is for; all when left out. */
  readonly kinds?: Pool['capabilities'];
  readonly scouting: Scouting;
  /** When a scout of it was asked for last, as the database has it (ISO 8601); null where that never was. */
  readonly scoutAt: string | null;
  /** Whether a machine of it showed once what it can do. */
  readonly isSeen: boolean;
  /** Of `models` what machines of it are still fetching. */
  readonly bringing: readonly string[];
  /** How often in a row a machine of these was lost while it fetched; never where that is left out. */
  readonly losses?: number;
  /** How many machines it has where these are as many as it may have and all came before it was changed: none can come before one of them goes. */
  readonly heldBy?: number;
};

/** A model or voice that a film waits for: null is any that can do it. */
export type AwaitedModel = Pick<BringingPool, 'losses' | 'heldBy'> & {
  readonly pool: string;
  readonly model: string | null;
  readonly isFetching: boolean;
};

/** An issue that may pass by itself, since a pool may bring what is missing. */
export type PoolIssue = Issue & { readonly awaits?: AwaitedModel };

/** Where a film must be made, null is anywhere, and since when it is wanted, as the database has it (ISO 8601, UTC with milliseconds, so that texts compare). */
export type FilmPlace = { readonly pool?: string | null; readonly region?: string | null; readonly createdAt: string };

/**
 * Pools as far as a film may wait for them: none elsewhere than it must be made, and none that was asked in vain since it is wanted, however long ago that
 * is by now: else a film that none can make would ask one after another without end.
 */
export function poolsFor({ pool = null, region = null, createdAt }: FilmPlace, pools: readonly BringingPool[]): readonly BringingPool[] {
  return pools
    .filter((one) => (pool === null || one.name === pool) && (region === null || one.region === region))
    .map((one) => {
      const inVain = one.scouting === 'due' && one.scoutAt !== null && one.scoutAt >= createdAt;
      return inVain ? { ...one, scouting: one.isSeen ? 'known' : 'failed' } : one;
    });
}

/** Something that nobody offers: its name, undefined where any will do, and what the kinds of task that want it begin with. */
type Asked = { readonly asked: string | undefined; readonly kind: TaskKind; readonly pools?: readonly BringingPool[] | undefined };

/**
 * An issue about something that nobody offers, with the pool that may bring it. Where none may any more it says which pool was to, and what to do. A name says
 * neither what a model can do nor which programs run it, and keys hang on both: nothing is planned before a machine showed them.
 */
export function tellPools(issue: Issue, { asked, kind, pools = [] }: Asked): PoolIssue {
  const able = pools.filter(({ kinds }) => kinds?.some((one) => one.startsWith(kind)) ?? true);
  const model = asked ?? null;
  const fetching = able.find(({ bringing }) => names(bringing, asked) > 0);
  if (fetching !== undefined)
    return {
      ...issue,
      message: `${issue.message} A machine of the pool ${fetching.name} is still fetching what it is to bring.`,
      next: `Make the film: it waits for that machine. ${issue.next}`,
      awaits: { pool: fetching.name, model, isFetching: true, ...(fetching.losses && { losses: fetching.losses }) },
    };
  const [likely] = able.filter((pool) => mayBring(pool, asked) > 0).sort((a, b) => eagerness(b, asked) - eagerness(a, asked));
  if (likely !== undefined)
    return {
      ...issue,
      message: `${issue.message} Machines of the pool ${likely.name} may bring it, and none showed yet what it can do.`,
      next: `Make the film: it waits while ${likely.name} brings one. ${issue.next}`,
      awaits: { pool: likely.name, model, isFetching: false, ...(likely.heldBy && { heldBy: likely.heldBy }) },
    };
  return refused(issue, { asked, able });
}

/** What a film waits for, where everything that is wrong with it may pass by itself; null where something may not, or nothing is wrong. */
export function awaitedIn(issues: readonly PoolIssue[]): readonly AwaitedModel[] | null {
  const errors = issues.filter(({ severity }) => severity === 'error');
  const awaited = errors.flatMap(({ awaits }) => awaits ?? []);
  if (awaited.length === 0 || awaited.length < errors.length) return null;
  return [...new Map(awaited.map((one) => [`${one.pool} ${one.model}`, one])).values()];
}

/** Issues as people are told of them; in a check what may pass by itself is a warning. */
export function plainIssues(issues: readonly PoolIssue[], { isCheck }: { readonly isCheck: boolean }): readonly Issue[] {
  return issues.map(({ awaits, ...issue }) => (isCheck && awaits !== undefined ? { ...issue, severity: 'warning' } : issue));
}

/** For the person whose film waits: a sentence for each thing that it waits for, of many the first ones. */
export function awaitedText(awaited: readonly AwaitedModel[]): string {
  return awaited.slice(0, mostTold).map(oneAwaited).join(' ');
}

const mostTold = 3;
const anewText = `${staleMs / 60_000} minutes`;

function oneAwaited({ pool, model, isFetching, losses = 0, heldBy = 0 }: AwaitedModel): string {
  const what = model ?? 'something that can do it';
  return isFetching
    ? `A machine of the pool ${pool} is fetching ${what}${lostText(losses)}: the film is kept, and goes on by itself once it is there.`
    : `Nobody who is there has ${what}: the film waits for the pool ${pool} to bring a machine with it, and goes on by itself then.${heldText(heldBy)}`;
}

function heldText(heldBy: number): string {
  if (heldBy === 0) return '';
  const them = heldBy === 1 ? 'The one machine that it has' : `All ${heldBy} machines that it has`;
  return ` ${them} came before it was changed; ${heldBy === 1 ? 'it' : 'one of them'} is given nothing more, and goes once it has done what it has.`;
}

function lostText(losses: number): string {
  return losses === 0 ? '' : ` anew, since it was lost ${losses === 1 ? 'once' : `${losses} times`} while it did so`;
}

type Refused = { readonly asked: string | undefined; readonly able: readonly BringingPool[] };

function refused(issue: Issue, { asked, able }: Refused): Issue {
  const failed = able.find((pool) => pool.scouting === 'failed' && (names(pool.models, asked) > 0 || isOpen(pool)));
  if (failed !== undefined)
    return {
      ...issue,
      message: `${issue.message} Machines of the pool ${failed.name} may bring it, but none came when one was asked for.`,
      next: `See in the log of the controller or on the fleet page why ${failed.name} has no machine, and make the film again: it is asked for one again ${anewText} after the last time. ${issue.next}`,
    };
  const lost = able.find((pool) => pool.scouting === 'lost' && names(pool.models, asked) > 0);
  if (lost !== undefined)
    return {
      ...issue,
      message: `${issue.message} Machines of the pool ${lost.name} are to bring it, but each that came was gone before it had fetched what it is to bring.`,
      next: `Have the pool ${lost.name} bring machines that stay for longer, or fewer models (\`models\` in pools.yaml), and make the film again: it is asked for one again after ${anewText}. ${issue.next}`,
    };
  const known = able.find(({ models }) => asked !== undefined && names(models, asked) > 1);
  if (known === undefined) return issue;
  return {
    ...issue,
    message: `${issue.message} Machines of the pool ${known.name} are to bring it, but the newest did not offer it.`,
    next: `See that the platform has it (\`filmwright models list\`, \`filmwright voices\`), and make the film again; where it has, the log of the machine says why it does not run there. A machine of ${known.name} that is gone is asked for anew after ${anewText}.`,
  };
}

/** How surely a list of names has what is asked: 2 by its name, 1 where it stands for everything or any will do, else 0. */
function names(models: readonly string[], asked: string | undefined): 0 | 1 | 2 {
  if (asked === undefined) return models.length > 0 ? 1 : 0;
  // A pool may name a model alone where a film names its revision too.
  if (models.some((one) => findModelRef([one], asked) !== undefined || findModelRef([asked], one) !== undefined)) return 2;
  return models.includes('all') ? 1 : 0;
}

/** Its configuration does not say what its machines have, and none was ever there. */
function isOpen({ models, isSeen }: BringingPool): boolean {
  return models.length === 0 && !isSeen;
}

function mayBring(pool: BringingPool, asked: string | undefined): number {
  if (!mayCome(pool.scouting)) return 0;
  // Machines that were seen are asked anew only for what they are to have.
  if (pool.isSeen && asked === undefined) return 0;
  const named = names(pool.models, asked);
  return isOpen(pool) ? 1 : named === 0 ? 0 : named + 1;
}

/** One that is on its way goes first, so that no second comes beside it, and one that has no place for it yet last. */
function eagerness(pool: BringingPool, asked: string | undefined): number {
  return mayBring(pool, asked) + (pool.scouting === 'coming' ? 10 : 0) - (pool.heldBy ? 10 : 0);
}
