import { defaultWorkspace, openRecords, type RenewRequest } from '../../packages/records/src/index.ts';
import { bareRenewals, told } from './bare-statements.ts';
import { enqueue, many, offerOf, percentile, perSecond } from './made-up.ts';

const leaseMs = 60_000;
const leasesWanted = 2000;
const rounds = 20;

/** Renewing 2,000 leases of one runner in one statement; then of 2,000 runners with one each, all at the same moment and spread over each second, and what they tell of their memory. */
export async function measureRenewals(connectionString: string): Promise<void> {
  const bare = await bareRenewals(connectionString, { rows: leasesWanted, rounds });
  console.log(`a bare update of 2,000 rows in one statement: ${told(bare, 0.95)}`);
  const records = await openRecords({ connectionString });
  try {
    const one = await beatsOf(records, { runners: 1, name: 'one' });
    const times = await timesOf(rounds, async () => void (await records.beat(moved(one)[0] as RenewRequest)));
    console.log(`renewal of 2,000 leases of one runner: ${told(times, 0.95)}`);
    const each = await beatsOf(records, { runners: leasesWanted, name: 'each' });
    const together = await timesOf(rounds, async () => {
      const answers = await Promise.all(moved(each).map((beat) => records.beat(beat)));
      if (answers.some(({ stale, runner }) => stale.length > 0 || runner === null)) throw new Error('a lease is stale');
    });
    console.log(
      `one lease of each of 2,000 runners, all at the same moment: ${told(together, 0.95)}, ${perSecond(leasesWanted, percentile(together, 0.5))} renewals/s`,
    );
    const memory = await timesOf(rounds, async () => void (await Promise.all(wordsOf(each).map((word) => records.noteRunnerMemory(word)))));
    console.log(
      `memory as 2,000 runners tell it, all at the same moment: ${told(memory, 0.95)}, ${perSecond(leasesWanted, percentile(memory, 0.5))} words/s`,
    );
    const spread = await spreadTimes(records, each);
    console.log(`the same, each runner once a second at a time of its own, from when it is due to its answer: ${told(spread, 0.99)}`);
  } finally {
    await records.close();
  }
}

type Opened = Awaited<ReturnType<typeof openRecords>>;

/** What so many runners say that hold 2,000 leases together. */
async function beatsOf(
  records: Opened,
  { runners, name }: { readonly runners: number; readonly name: string },
): Promise<readonly RenewRequest[]> {
  const tasks = many(leasesWanted, name);
  await enqueue(records, tasks);
  const epoch = await records.takeLead();
  const ids: string[] = [];
  for (let at = 0; at < runners; at++) ids.push((await records.joinRunner(offerOf(`${name}-${at}`, leasesWanted / runners))).runnerId);
  const grants = tasks.map(({ key }, at) => ({
    ...{ workspaceId: defaultWorkspace, key, runnerId: ids[at % runners] as string, devices: [], expectedMs: 1, reason: 'a slot is free' },
  }));
  const given = (await records.grantTasks({ epoch, grants }))?.given ?? [];
  if (given.length !== leasesWanted) throw new Error(`granted ${given.length} of ${leasesWanted}`);
  const fences = new Map(given.map(({ key, fence }) => [key, fence]));
  return ids.map((runnerId) => ({
    runnerId,
    leaseMs,
    leases: grants.filter((grant) => grant.runnerId === runnerId).map(({ key }) => ({ key, fence: fences.get(key) as number, percent: 0 })),
  }));
}

let percent = 0;
let words = 0;

/** The same leases, a little further. */
function moved(beats: readonly RenewRequest[]): readonly RenewRequest[] {
  percent = (percent + 1) % 100;
  return beats.map((beat) => ({ ...beat, leases: beat.leases.map((lease) => ({ ...lease, percent })) }));
}

/** What each tells of its memory, other than the time before. */
function wordsOf(beats: readonly RenewRequest[]) {
  words++;
  return beats.map(({ runnerId }) => ({ runnerId, memory: { totalMib: 64_000, freeMib: words, heldMib: 64_000 - words }, beat: words }));
}

async function timesOf(count: number, work: () => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    const startMs = performance.now();
    await work();
    times.push(performance.now() - startMs);
  }
  return times;
}

/** For ten seconds; milliseconds of each renewal. */
async function spreadTimes(records: Opened, beats: readonly RenewRequest[]): Promise<readonly number[]> {
  const seconds = 10;
  const startMs = performance.now();
  const times: number[] = [];
  const under: Promise<void>[] = [];
  for (let next = 0; next < seconds * beats.length; ) {
    const due = Math.min(seconds * beats.length, Math.floor(((performance.now() - startMs) / 1000) * beats.length));
    for (; next < due; next++) {
      const dueMs = startMs + (next * 1000) / beats.length;
      const [beat] = moved([beats[next % beats.length] as RenewRequest]);
      under.push(records.beat(beat as RenewRequest).then(() => void times.push(performance.now() - dueMs)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  return times;
}
