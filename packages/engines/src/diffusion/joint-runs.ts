import type { Network, Numbers } from './network.ts';

/** Runs of networks for several drawings that go on side by side. */
export type JointRuns = {
  /** The same network, whose runs are joined with those that the other drawings ask for at the same time. */
  readonly joined: (network: Network) => Network;
  /** So many drawings begin; one that does not ask for a run, and has not left, keeps the others waiting. */
  readonly enter: (drawings: number) => void;
  /** One of them is over. */
  readonly leave: () => void;
  /** How often several were computed as one. */
  readonly count: () => number;
};

type Feeds = Readonly<Record<string, Numbers>>;
type Run = {
  readonly network: Network;
  readonly feeds: Feeds;
  readonly output: string;
  readonly resolve: (made: Numbers) => void;
  readonly reject: (error: unknown) => void;
};

/** When runs are joined: where that changes no bit of what any of them gives, always, or never. */
export type Joining = 'same' | 'always' | 'never';

/**
 * Joins runs along their first dimension. For `same` the first ones of each shape are run both ways and compared: which sums are made, and in which order,
 * follows from shapes and never from the numbers, so what is found once holds as long as the process. Runs go one after the other where a joint one fails,
 * for want of memory say, and where the network wants another number of pictures.
 */
export function createJointRuns(joining: Joining): JointRuns {
  const waiting: Run[] = [];
  const same = new Map<Network, Map<string, boolean>>();
  let drawings = 0;
  let busy = false;
  let joint = 0;

  const runAlike = async (runs: readonly Run[]): Promise<void> => {
    const [first] = runs;
    if (first === undefined) return;
    const found = same.get(first.network) ?? new Map<string, boolean>();
    same.set(first.network, found);
    const shape = runs.map(({ feeds }) => shapeOf(feeds)).join(' ');
    const mayJoin = joining !== 'never' && runs.length > 1 && canJoin(runs);
    const joins = mayJoin ? (found.get(shape) ?? (joining === 'always' ? true : null)) : false;
    if (joins === true) {
      const parts = await runAsOne(runs);
      for (const [at, made] of parts?.entries() ?? []) runs[at]?.resolve(made);
      if (parts !== null) {
        joint++;
        return;
      }
      found.set(shape, false);
    }
    const alone: (Numbers | null)[] = [];
    for (const run of runs) alone.push(await runAlone(run));
    if (joins !== null || alone.includes(null)) return;
    const parts = await runAsOne(runs);
    found.set(shape, parts?.every(({ data }, at) => bytesOf(data).equals(bytesOf(alone[at]?.data ?? new Float32Array(0)))) === true);
  };

  const runAll = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    // Each drawing asks for one run at a time.
    while (waiting.length > 0 && waiting.length >= drawings) for (const runs of alikeOf(waiting.splice(0))) await runAlike(runs);
    busy = false;
  };

  return {
    joined: (network) => ({
      ...network,
      run: (feeds, output) =>
        new Promise((resolve, reject) => {
          waiting.push({ network, feeds, output, resolve, reject });
          void runAll();
        }),
    }),
    count: () => joint,
    enter(more) {
      drawings += more;
    },
    leave() {
      drawings--;
      void runAll();
    },
  };
}

async function runAlone({ network, feeds, output, resolve, reject }: Run): Promise<Numbers | null> {
  try {
    const made = await network.run(feeds, output);
    resolve(made);
    return made;
  } catch (error) {
    reject(error);
    return null;
  }
}

/** What runs of one shape give, computed as one; null where that fails. */
async function runAsOne(runs: readonly Run[]): Promise<readonly Numbers[] | null> {
  const [first] = runs;
  if (first === undefined) return null;
  const feeds = Object.fromEntries(Object.keys(first.feeds).map((name) => [name, joinedInput(runs, name)]));
  const counts = runs.map(countOf);
  const whole = counts.reduce((sum, count) => sum + count, 0);
  const made = await first.network.run(feeds, first.output).catch(() => null);
  if (made === null || made.dims[0] !== whole) return null;
  const each = made.data.length / whole;
  let at = 0;
  return counts.map((count) => {
    const data = made.data.subarray(at, at + count * each);
    at += count * each;
    return { dims: [count, ...made.dims.slice(1)], data };
  });
}

function joinedInput(runs: readonly Run[], name: string): Numbers {
  const parts = runs.flatMap(({ feeds }) => feeds[name] ?? []);
  const [first] = parts;
  if (first === undefined || first.dims.length === 0) return first ?? { dims: [], data: new Float32Array(0) };
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { dims: [parts.reduce((sum, { dims: [count = 0] }) => sum + count, 0), ...first.dims.slice(1)], data };
}

/** Pictures of one run: prompt and negative prompt may be two. */
function countOf({ feeds }: Run): number {
  return Math.max(1, ...Object.values(feeds).map(({ dims: [count = 1] }) => count));
}

/** Whether a network leaves it open how many it takes at once, or wants just so many. */
function canJoin(runs: readonly Run[]): boolean {
  const whole = runs.reduce((sum, run) => sum + countOf(run), 0);
  const inputs = [...(runs[0]?.network.inputs.values() ?? [])];
  return inputs.every(({ dims: [count] }) => count === undefined || count === null || count === whole);
}

/** Runs of the same network and output whose inputs differ in nothing but how many they are; a number alone, such as the time of a step, is one for all. */
function alikeOf(runs: readonly Run[]): readonly (readonly Run[])[] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const group = groups.find(
      ([first]) => first?.network === run.network && first.output === run.output && isAlike(first.feeds, run.feeds),
    );
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups;
}

function isAlike(a: Feeds, b: Feeds): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sampleOf(a[name]) === sampleOf(b[name]));
}

/** What all of a joint run share of an input. */
function sampleOf(input: Numbers | undefined): string {
  if (input === undefined) return 'none';
  return input.dims.length === 0 ? `the number ${input.data[0]}` : input.dims.slice(1).join('x');
}

function shapeOf(feeds: Feeds): string {
  return Object.values(feeds)
    .map(({ dims }) => dims.join('x'))
    .join(',');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
