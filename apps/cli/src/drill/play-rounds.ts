import { FilmwrightError } from '@filmwright/contracts';
import { sequence } from '@filmwright/core/drill/drill-graph';
import { drillRound } from './drill-round.ts';
import { lineOf, type Tally } from './drill-sums.ts';
import type { DrillGround, Fault } from './fault.ts';

type Opened<Ground> = Ground & { readonly stop: () => Promise<void> };

export type Rounds<Ground extends DrillGround> = {
  readonly rounds: number;
  readonly seed: number;
  /** Faults that may be chosen. */
  readonly faults: readonly Fault<Ground>[];
  /** So many grounds share the rounds, since a round mostly waits. */
  readonly lanes: number;
  /** Opens a ground under a name that none had before; it is stopped when the rounds are over. */
  readonly open: (name: string) => Promise<Opened<Ground>>;
  readonly tally: Tally;
  readonly tell: (line: string) => void;
  /** Ends the rounds at once. */
  readonly signal: AbortSignal;
};

/** A ground that breaks off so many rounds one after another, each begun anew, ends the drill. */
const mostInARow = 3;

/** The faults whose names have a text in them; throws `request-invalid` where none has. */
export function faultsNamed<Ground extends DrillGround>(faults: readonly Fault<Ground>[], text: string): readonly Fault<Ground>[] {
  const found = faults.filter(({ name }) => name.includes(text));
  if (found.length > 0) return found;
  const names = faults.map(({ name }) => name).join(', ');
  throw new FilmwrightError('request-invalid', `No fault is called ${JSON.stringify(text)}; there are: ${names}.`);
}

/** Plays rounds until all are played or the signal is aborted, and stops every ground that it opened. Throws where three rounds in a row broke off. */
export async function playRounds<Ground extends DrillGround>(options: Rounds<Ground>): Promise<void> {
  const { signal } = options;
  const over = new AbortController();
  const opening: Promise<Opened<Ground>>[] = [];
  try {
    const rounding = play(options, { opening, signal: AbortSignal.any([signal, over.signal]) });
    await Promise.race([rounding, new Promise<void>((resolve) => onAbort(signal, resolve))]);
    // What a round still does on a ground that is ended fails, and is no news.
    if (signal.aborted) rounding.catch(() => {});
  } finally {
    over.abort();
    // One that is still on its way would be left behind.
    for (const each of await Promise.allSettled(opening)) if (each.status === 'fulfilled') await each.value.stop();
  }
}

type Playing<Ground> = { readonly opening: Promise<Opened<Ground>>[]; readonly signal: AbortSignal };

/** Each lane takes the next round that none has taken; what a round does follows from the seed and its number alone. */
async function play<Ground extends DrillGround>(options: Rounds<Ground>, { opening, signal }: Playing<Ground>): Promise<void> {
  const { rounds, seed, lanes, tally, tell } = options;
  let chosen: readonly Fault<Ground>[] | undefined;
  let next = 0;
  const whole = async (name: string): Promise<Opened<Ground>> => {
    const start = options.open(name);
    opening.push(start);
    const ground = await start;
    if (!signal.aborted) await ground.whole();
    return ground;
  };
  const lane = async (place: number): Promise<void> => {
    const name = `platform-${place + 1}`;
    let ground = await whole(name);
    if (signal.aborted) return;
    chosen ??= chosenFor(options, ground);
    let inARow = 0;
    for (let index = next++; !signal.aborted; index = next++) {
      const fault = chosen[index];
      if (fault === undefined) return;
      const own = (seed * 100_003 + index) % 2 ** 31;
      try {
        const round = await drillRound({ platform: ground, fault, seed: own, random: sequence(own) });
        if (signal.aborted) return;
        tally.found.push(round);
        tell(lineOf(round, index + 1));
        inARow = 0;
      } catch (error) {
        if (signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        tally.broken.push(why);
        tell(`${index + 1}. ${fault.name}: BROKE OFF: ${why}`);
        if (++inARow === mostInARow) throw error;
        await ground.stop();
        ground = await whole(`${name}-${tally.broken.length}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(lanes, rounds)) }, (_, place) => lane(place)));
}

/** A fault for each round: all of them in an order that the seed decides, then again in another. */
function chosenFor<Ground extends DrillGround>(
  { faults, rounds, seed, tally, tell }: Rounds<Ground>,
  ground: Ground,
): readonly Fault<Ground>[] {
  const random = sequence(seed);
  const can = faults.filter((fault) => {
    const why = fault.cannot(ground);
    if (why !== null) {
      tally.skipped.push({ fault: fault.name, why });
      tell(`SKIPPED: ${fault.name}: ${why}.`);
    }
    return why === null;
  });
  const chosen: Fault<Ground>[] = [];
  while (chosen.length < rounds && can.length > 0) {
    const left = [...can];
    while (left.length > 0) chosen.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return chosen.slice(0, rounds);
}

function onAbort(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}
