import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../packages/client/src/index.ts';
import { openRecords } from '../../packages/records/src/index.ts';
import { bareNotices, told } from './bare-statements.ts';
import { completionOf, enqueue, offerOf, taskOf } from './made-up.ts';
import { schedule } from './schedule.ts';

const rounds = 200;
const runnerToken = 'runner-of-the-bench';
const gatewayEntry = fileURLToPath(new URL('../../apps/gateway/src/main.ts', import.meta.url));

/** From a stored plan to a runner that has its task, through schedule and gateway, one task at a time, with a runner that does nothing. */
export async function measureWaits(connectionString: string): Promise<void> {
  const records = await openRecords({ connectionString });
  const home = await mkdtemp(join(tmpdir(), 'filmwright-wait-bench-'));
  const gateway = await startGateway({ connectionString, home });
  const stop = await schedule(records);
  try {
    const client = createClient({ url: gateway.url, token: runnerToken });
    const { runnerId } = await client.joinRunner(offerOf('bench', 1));
    const waits: number[] = [];
    const turns: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const task = taskOf(`wait${round}`);
      const asked = client.leaseTasks({ runnerId, max: 1, waitMs: 25_000 }).then((leases) => ({ leases, atMs: performance.now() }));
      await sleep(20);
      await enqueue(records, [task]);
      const readyMs = performance.now();
      const { leases, atMs } = await asked;
      waits.push(Math.max(0, atMs - readyMs));
      const [lease] = leases;
      if (lease?.task.key !== task.key) throw new Error(`round ${round}: ${lease?.task.key} was leased, wanted ${task.key}`);
      await client.completeTask({ runnerId, ...completionOf({ key: task.key, fence: lease.fence }) });
    }
    // A film's tasks one after the other on one slot: from the end of one to the start of the next.
    await enqueue(
      records,
      Array.from({ length: rounds }, (_, at) => taskOf(`turn${at}`)),
    );
    for (let round = 0, endedMs = 0; round < rounds; round++) {
      const [lease] = await client.leaseTasks({ runnerId, max: 1, waitMs: 25_000 });
      if (lease === undefined) throw new Error('no lease');
      if (endedMs > 0) turns.push(performance.now() - endedMs);
      await client.completeTask({ runnerId, ...completionOf({ key: lease.task.key, fence: lease.fence }) });
      endedMs = performance.now();
    }
    const bare = await bareNotices(connectionString, rounds);
    console.log(`ready to running: ${told(waits, 0.95)}; a row's notice to who listens and reads it ${told(bare, 0.95)}`);
    console.log(`end of a task to the start of the next on its slot: ${told(turns, 0.95)}`);
  } finally {
    await stop();
    await gateway.end();
    await records.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function startGateway({ connectionString, home }: { readonly connectionString: string; readonly home: string }) {
  const env = {
    ...process.env,
    ...{
      DATABASE_URL: connectionString,
      FILMWRIGHT_HOME: home,
      FILMWRIGHT_TOKEN: 'user-of-the-bench',
      FILMWRIGHT_RUNNER_TOKEN: runnerToken,
    },
    ...{ FILMWRIGHT_SIGNING_KEY: 'signing-key-of-the-bench', FILMWRIGHT_PORT: '0', FILMWRIGHT_LOG_LEVEL: 'error' },
  };
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', gatewayEntry], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (line: Buffer) => resolve((JSON.parse(String(line)) as { url: string }).url));
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
  });
  return {
    url,
    end: () =>
      new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
