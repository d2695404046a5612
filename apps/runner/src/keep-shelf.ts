import { totalmem } from 'node:os';
import type { Client } from '@filmwright/client';
import { modelRef, type PlatformShelf, toProblem } from '@filmwright/contracts';
import type { WeightsHome } from '@filmwright/engines/models/add-model';
import { memoryProblem } from '@filmwright/engines/models/memory-problem';
import type { ShelvedModel } from '@filmwright/engines/models/model-shelf';
import { FaultyModel, takeModel } from '@filmwright/engines/models/take-model';
import type { WeightsSource } from '@filmwright/engines/models/weights';
import { noEngine } from '@filmwright/engines/no-engine';
import { takeVoice } from '@filmwright/engines/speech/sherpa/take-voice';
import type { Log } from '@filmwright/process';
import { sleep } from './sleep.ts';

export type KeepShelf = {
  /** Names of models and voices, of the models also `name@revision`; a name means its newest revision, `all` each name of which that one runs here. */
  readonly wanted: readonly string[];
  readonly weights: WeightsHome;
  readonly client: Pick<Client, 'platformShelf' | 'readMedia'>;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Told once each was tried that the platform has, and whether any of it came: what broke off is tried again some times before. */
  readonly onTried?: (came: boolean) => void;
  /** How long after one look the next is; a minute when left out. */
  readonly everyMs?: number;
};

const lookEveryMs = 60_000;
const fetchRetries = 8;
/** What breaks off in so many looks is not on its way any more, as far as others are told. */
const mostLooks = 5;

/**
 * Brings what is wanted of the platform's models and voices to this home, one after another, and looks again and again for what is new there, until the
 * signal comes. Whoever watches the shelves of the home offers each as it arrives. What cannot be had is told of once, and tried at each look.
 */
export async function keepShelf(options: KeepShelf): Promise<void> {
  const { signal, log, everyMs = lookEveryMs } = options;
  let told: ReadonlySet<string> = new Set();
  const faulty: Faulty = new Map();
  let looks = 0;
  let anyCame = false;
  let isTried = false;
  while (!signal.aborted) {
    const { problems, came, isWhole } = await bringAll(options, faulty);
    if (signal.aborted) return;
    looks += 1;
    anyCame ||= came;
    if (!isTried && (isWhole || looks === mostLooks)) {
      isTried = true;
      options.onTried?.(anyCame);
    }
    for (const [about, problem] of problems)
      if (!told.has(about)) log('warn', 'something of the platform is not brought here', { problem });
    told = new Set(problems.keys());
    await sleep(everyMs, signal);
  }
}

/** One thing that the platform has: `take` puts it here, and says its name where it was not here before. */
type Wanted = { readonly name: string; readonly bytes: number; readonly take: () => Promise<string | null> };

/** Why models that are here are not used, by name: their bytes are not read again for that. */
type Faulty = Map<string, string>;

type Brought = {
  /** What went wrong, in words for people, by what it is about: how much room there is changes from look to look. */
  readonly problems: ReadonlyMap<string, string>;
  /** Whether something came, and whether nothing broke off that may go on. */
  readonly came: boolean;
  readonly isWhole: boolean;
};

async function bringAll(options: KeepShelf, faulty: Faulty): Promise<Brought> {
  const { client, log, signal } = options;
  const problems = new Map<string, string>();
  let anyCame = false;
  let isWhole = true;
  try {
    const shelf = await client.platformShelf();
    const { found, missing } = choose(shelf, options);
    for (const words of missing) problems.set(words, words);
    for (const { name, bytes, take } of found) {
      if (signal.aborted) break;
      const fault = faulty.get(name);
      if (fault !== undefined) {
        problems.set(name, fault);
        continue;
      }
      const beganMs = performance.now();
      try {
        const came = await take();
        anyCame ||= came !== null;
        if (came !== null) log('info', 'brought from the platform', { name: came, bytes, ms: Math.round(performance.now() - beganMs) });
      } catch (error) {
        const { code, detail, retryable } = toProblem(error);
        if (retryable) isWhole = false;
        problems.set(error instanceof FaultyModel ? name : `${name} ${code}`, `${name}: ${detail}`);
        if (error instanceof FaultyModel) faulty.set(name, `${name}: ${detail}`);
      }
    }
  } catch (error) {
    const { code, detail, retryable } = toProblem(error);
    if (retryable) isWhole = false;
    problems.set(code, detail);
  }
  return { problems, came: anyCame, isWhole };
}

function choose(
  { models, voices }: PlatformShelf,
  { wanted, weights, client, signal }: KeepShelf,
): { readonly found: readonly Wanted[]; readonly missing: readonly string[] } {
  const all = wanted.includes('all');
  const isWanted = (name: string): boolean => all || wanted.includes(name);
  const newest = new Map(models.toReversed().map(({ card }) => [card.name, modelRef(card)]));
  const meant = models.filter(({ card }) => {
    const ref = modelRef(card);
    return wanted.includes(ref) || (isWanted(card.name) && newest.get(card.name) === ref);
  });
  const names = new Set<string>();
  const missing: string[] = [];
  const source: WeightsSource = ({ digest, startByte }) =>
    client.readMedia({ source: { shelfFile: digest }, startByte, digest, retries: fetchRetries, signal });
  const refs = new Set(meant.map(({ card }) => modelRef(card)));
  // A revision that the platform has replaced goes where there is no room; what it never had is somebody's own.
  const keep = ({ ref, card: { name } }: ShelvedModel): boolean =>
    refs.has(ref) || ((isWanted(name) || wanted.includes(ref)) && !newest.has(name));
  const taking = { ...weights, source, keep };
  const found: Wanted[] = [];
  for (const { card, accepted } of meant) {
    const ref = modelRef(card);
    names.add(card.name).add(ref);
    // What speaks comes as a voice, which holds all of it.
    if (card.engine === 'sherpa-onnx') {
      if (!all && !voices.some(({ id }) => id === card.name))
        missing.push(`The model ${ref} is no voice of the platform yet; \`filmwright voices add ${card.name}\` makes it one.`);
      continue;
    }
    const why = noEngine(card) ?? memoryProblem(card, totalmem());
    if (why !== null) {
      if (!all) missing.push(`The model ${ref} would not run here: ${why}.`);
      continue;
    }
    const take = async (): Promise<string | null> =>
      (await takeModel({ ...taking, card, accepted, now: new Date() })) === null ? null : ref;
    found.push({ name: ref, bytes: sumOf(card.files), take });
  }
  for (const voice of voices) {
    if (!isWanted(voice.id)) continue;
    names.add(voice.id);
    const take = async (): Promise<string | null> => ((await takeVoice({ ...taking, voice })) === null ? null : voice.id);
    found.push({ name: voice.id, bytes: sumOf(voice.files), take });
  }
  const known = [...new Set([...models.map(({ card }) => card.name), ...voices.map(({ id }) => id)])].join(', ') || 'none';
  for (const name of wanted)
    if (name !== 'all' && !names.has(name)) missing.push(`The platform has no model or voice ${name}; it has ${known}.`);
  return { found, missing };
}

function sumOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
