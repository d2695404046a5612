import { leaseMs } from './model-ledger.ts';
import { bordersMsOf, type ModelBegun } from './model-rows.ts';
import type { World } from './world.ts';

const beatMs = 900;
const askAgainMs = 2000;

type Work = { readonly key: string; readonly fence: number; ended: boolean; askedBack: boolean };
/** A runner process; a new one of the same name replaces it after a crash. What it holds is told apart by fences. */
type Runner = {
  readonly name: string;
  id: string | null;
  lastId: string;
  life: number;
  /** It asks for nothing more, and leaves once it has ended what it has. */
  drains: boolean;
  request: string;
  cutUntilMs: number;
  pausedUntilMs: number;
  readonly held: Map<number, Work>;
  /** What it stopped since it is not its own any more, until it is known that this was heard; null where it does not tell. */
  readonly stopped: Set<number> | null;
};

/** Runners that crash, stand still, are cut off, leave, fail and hand back, and whose messages are late, lost, doubled and overtaken. `onDone` is called now and then when a task was done. */
export function playRunners(world: World, onDone: () => void) {
  const { ledger, history, random, trouble, at, later, delay } = world;
  let requests = 0;
  /** Sends something that a reply follows; both may be late, lost or come twice. */
  const send = <T>(runner: Runner, { deliver, reply }: { readonly deliver: () => T; readonly reply: (answer: T) => void }): void => {
    const life = runner.life;
    const copies = trouble(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (ledger.nowMs < runner.cutUntilMs || trouble(0.05)) continue;
      later(delay(), () => {
        const answer = deliver();
        if (ledger.nowMs < runner.cutUntilMs || trouble(0.05)) return;
        later(delay(), () => runner.life === life && whenAwake(runner, () => reply(answer)));
      });
    }
  };
  const whenAwake = (runner: Runner, run: () => void): void => {
    if (runner.pausedUntilMs > ledger.nowMs) at(runner.pausedUntilMs - ledger.nowMs, run);
    else run();
  };

  const isHome = (runner: Runner, life: number): boolean => runner.life === life;
  const join = (runner: Runner): void => {
    const { life } = runner;
    runner.drains = false;
    runner.held.clear();
    runner.stopped?.clear();
    if (runner.lastId !== '') history.push({ type: 'left', runnerId: runner.lastId });
    runner.id = ledger.join(runner.name);
    runner.lastId = runner.id;
    history.push({ type: 'joined', runnerId: runner.id, name: runner.name });
    ask(runner);
    beat(runner, life);
  };
  const ask = (runner: Runner): void => {
    if (runner.drains) return;
    requests++;
    runner.request = `request-${requests}`;
    askWith(runner, runner.request);
  };
  const askWith = (runner: Runner, request: string): void => {
    const { id, life } = runner;
    if (id === null) return;
    const max = slots - runner.held.size;
    if (max > 0)
      send(runner, {
        deliver: () => {
          const leases = ledger.lease({ runnerId: id, max, request });
          for (const lease of leases) history.push({ type: 'leased', atMs: ledger.nowMs, ...lease, runnerId: id });
          return leases;
        },
        reply: (leases) => {
          if (runner.request !== request) return;
          for (const lease of leases) begin(runner, lease);
          runner.request = '';
          at(leases.length > 0 ? 20 : 300, () => isHome(runner, life) && ask(runner));
        },
      });
    // Without a reply the same is asked again: the ledger gives the same.
    at(askAgainMs, () => isHome(runner, life) && runner.request === request && askWith(runner, request));
  };
  const begin = (runner: Runner, { key, fence, resume }: ModelBegun): void => {
    if (runner.held.has(fence)) return;
    const work: Work = { key, fence, ended: false, askedBack: false };
    const { life } = runner;
    runner.held.set(fence, work);
    const borders = bordersMsOf(key) === null ? 0 : Math.floor(random() * (resume === null ? 8 : 4));
    at(100 + random() * 1500, () => isHome(runner, life) && whenAwake(runner, () => goOn(runner, work, borders)));
  };
  /** What has borders is handed back at the next of them once it is asked for. */
  const goOn = (runner: Runner, work: Work, borders: number): void => {
    const { life } = runner;
    if (borders === 0 || work.askedBack) finish(runner, work, borders > 0);
    else at(200 + random() * 600, () => isHome(runner, life) && whenAwake(runner, () => goOn(runner, work, borders - 1)));
  };
  const finish = (runner: Runner, work: Work, atBorder: boolean): void => {
    const { id, life } = runner;
    if (id === null || work.ended || runner.held.get(work.fence) !== work) return;
    const { key, fence } = work;
    const fails = trouble(0.08);
    const passes = fails && random() < 0.8;
    const hands = !fails && (atBorder || trouble(0.12));
    const output = `${key} by ${fence}`;
    const resume = `what ${fence} left`;
    const tell = (): void => {
      if (!isHome(runner, life) || work.ended) return;
      send(runner, {
        deliver: () => {
          const said = { runnerId: id, key, fence };
          const answer = hands
            ? ledger.handBack({ ...said, resume })
            : fails
              ? ledger.fail({ ...said, passes })
              : ledger.complete({ ...said, output });
          const told = { atMs: ledger.nowMs, ...said };
          if (answer === 'returned') history.push({ type: 'handed back', ...told, resume });
          if (answer === 'failed') history.push({ type: 'failed', ...told, passes });
          if (answer === 'done') history.push({ type: 'completed', ...told, output: ledger.outputOf(fence) ?? '' });
          if (answer === 'done' && random() < 0.5) onDone();
          return answer;
        },
        reply: (answer) => {
          work.ended = true;
          if (answer === 'stale') runner.stopped?.add(fence);
          if (runner.held.get(fence) === work) runner.held.delete(fence);
        },
      });
      at(900, () => whenAwake(runner, tell));
    };
    tell();
  };
  const beat = (runner: Runner, life: number): void => {
    if (!isHome(runner, life)) return;
    const { id } = runner;
    if (id !== null)
      whenAwake(runner, () => {
        const leases = [...runner.held.values()].filter(({ ended }) => !ended).map(({ key, fence }) => ({ key, fence }));
        const told = runner.stopped === null ? null : [...runner.stopped];
        const held = leases.map(({ fence }) => fence);
        send(runner, {
          deliver: () => {
            const { stale, back } = ledger.renew(id, leases);
            const freed = ledger.noteStopped({ runnerId: id, fences: told, held });
            for (const fence of freed) history.push({ type: 'stopped', fence });
            for (const { key, fence } of leases)
              if (!stale.includes(fence))
                history.push({ type: 'renewed', atMs: ledger.nowMs, key, fence, runnerId: id, back: back.includes(fence) });
            const known = ledger.runners.get(id);
            return { stale, back, isKnown: known !== undefined, drains: known?.draining === true };
          },
          reply: ({ stale, back, isKnown, drains }) => {
            for (const fence of back) {
              const work = runner.held.get(fence);
              if (work !== undefined) work.askedBack = true;
            }
            for (const fence of told ?? []) runner.stopped?.delete(fence);
            for (const fence of stale) at(random() * 500, () => isHome(runner, life) && stop(runner, fence));
            runner.drains = drains;
            if (!isKnown) restart(runner, 0);
            else if (drains && runner.held.size === 0) leave(runner);
          },
        });
      });
    at(beatMs, () => beat(runner, life));
  };
  const stop = (runner: Runner, fence: number): void => {
    if (!runner.held.delete(fence)) return;
    runner.stopped?.add(fence);
  };
  const leave = (runner: Runner): void => {
    if (runner.id === null) return;
    ledger.leave(runner.id);
    history.push({ type: 'left', runnerId: runner.id });
    restart(runner, random() * 3000);
  };
  const restart = (runner: Runner, afterMs: number): void => {
    runner.life++;
    runner.id = null;
    at(afterMs, () => runner.id === null && join(runner));
  };
  const slots = 1 + Math.floor(random() * 2);
  const runners = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index): Runner => {
    return {
      name: `r${index}`,
      id: null,
      lastId: '',
      life: 0,
      drains: false,
      request: '',
      cutUntilMs: 0,
      pausedUntilMs: 0,
      held: new Map(),
      stopped: random() < 0.8 ? new Set() : null,
    };
  });
  const upset = (runner: Runner): void => {
    if (!trouble(0.11)) return;
    const how = random();
    if (how < 0.28) restart(runner, random() * 8000);
    else if (how < 0.55) runner.cutUntilMs = ledger.nowMs + random() * 3 * leaseMs;
    else if (how < 0.82) runner.pausedUntilMs = ledger.nowMs + random() * 3 * leaseMs;
    else if (how < 0.91) leave(runner);
    else if (runner.id !== null) ledger.drain(runner.id);
  };

  return {
    start: () => runners.forEach(join),
    upset: () => runners.forEach(upset),
    isIdle: (): boolean => runners.every(({ held }) => held.size === 0),
  };
}
