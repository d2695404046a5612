import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Drill, type FilmDocument, FilmwrightError, type Priority } from '@filmwright/contracts';
import { type BuildAudit, defaultWorkspace, openRecords } from '@filmwright/records';
import { startPostgres } from '@filmwright/records/embedded';
import pg from 'pg';
import { childrenOf } from '../../apps/cli/src/drill/children-of.ts';
import { benchHome, removeHome } from '../film/platform.ts';

const joinedWithinMs = 120_000;
const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

/** An attempt as the ledger has it, in milliseconds since 1970. */
export type Attempt = {
  readonly fence: string;
  readonly key: string;
  readonly build: string;
  readonly workspaceId: string;
  readonly runnerId: string;
  /** GPUs that it had to itself. */
  readonly devices: readonly string[];
  readonly outcome: string;
  readonly readyMs: number;
  readonly grantedMs: number;
  readonly deliveredMs: number;
  readonly endedMs: number;
  readonly ranMs: number;
  /** What was charged for it, in milliseconds of GPUs. */
  readonly gpuMs: number;
};
type Order = { readonly workspaceId?: string; readonly priority?: Priority };

export type RealPlatform = {
  /** Asks for a drill, or for a film that needs no files; gives the build's id. */
  readonly submit: (document: Drill | FilmDocument, order?: Order) => Promise<string>;
  /** Makes a workspace of so much weight; gives its id. */
  readonly workspace: (name: string, weight: number) => Promise<string>;
  /** Waits until a build has ended well. */
  readonly ended: (build: string) => Promise<void>;
  /** Cancels a build. */
  readonly cancel: (build: string) => Promise<void>;
  /** Attempts that have not ended: given out, and of these the ones a runner has by now. */
  readonly underWay: () => Promise<{ readonly granted: number; readonly delivered: number }>;
  /** When what waits now is expected to start, by its key, in milliseconds since 1970; what nobody can say of is left out. */
  readonly expected: () => Promise<ReadonlyMap<string, number>>;
  /** Ids of the processes that run ffmpeg below the platform's. */
  readonly encoders: () => readonly number[];
  /** Holds a build against the ledger's rules. */
  readonly audit: (build: string) => Promise<BuildAudit>;
  /** Every attempt so far that ended, well or not. */
  readonly ledger: () => Promise<readonly Attempt[]>;
  /** Every attempt of a kind that ended well since the last call. */
  readonly attempts: (kind?: 'drill' | 'encode') => Promise<readonly Attempt[]>;
  /** Ends all of it and removes its home. */
  readonly close: () => Promise<void>;
};

type Opening = {
  /** Runners have a core each. */
  readonly pinned?: boolean;
  /** What each runner is given beside what all are, as on a machine of its own. */
  readonly machines?: readonly Readonly<Record<string, string>>[];
  readonly home?: string;
};

/** Database, gateway, controller and so many runner processes, in a home of its own. */
export async function openRealPlatform(
  runners: number,
  { pinned = false, machines = [], home = benchHome() }: Opening = {},
): Promise<RealPlatform> {
  const database = await startPostgres({ home });
  const { connectionString } = database;
  const secret = (): string => randomBytes(24).toString('hex');
  const env = {
    ...process.env,
    FILMWRIGHT_HOME: home,
    DATABASE_URL: connectionString,
    FILMWRIGHT_TOKEN: secret(),
    FILMWRIGHT_RUNNER_TOKEN: secret(),
    FILMWRIGHT_SIGNING_KEY: secret(),
  };
  const processes: ChildProcess[] = [];
  const serve = (args: readonly string[], { core, own }: { readonly core?: number | undefined; readonly own?: Env } = {}): ChildProcess => {
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', main, 'serve', ...args];
    const [program = '', ...rest] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
    const child = spawn(program, rest, {
      env: { ...env, ...own },
      stdio: ['ignore', 'pipe', process.env['BENCH_LOG'] === undefined ? 'ignore' : 'inherit'],
    });
    processes.push(child);
    return child;
  };
  const apart = pinned || machines.length > 0;
  const platform = apart
    ? serve(['--roles', 'gateway,controller', '--port', '0'])
    : serve(['--roles', 'gateway,controller,runner', '--runners', String(runners), '--port', '0']);
  const url = await ready(platform);
  for (let at = 0; apart && at < runners; at++)
    serve(['--roles', 'runner', '--runners', '1'], { core: pinned ? at : undefined, own: { FILMWRIGHT_URL: url, ...machines[at] } });
  const records = await openRecords({ connectionString });
  const sql = new pg.Pool({ connectionString, max: 2 });
  for (const startMs = performance.now(); ; await rest(200)) {
    const joined = (await records.runners()).length;
    if (joined >= runners) break;
    if (performance.now() - startMs > joinedWithinMs)
      throw new Error(`${joined} of ${runners} runners joined; BENCH_LOG=1 shows what they say`);
  }
  let seen = 0n;
  const workspaceOf = new Map<string, string>();
  const readAttempts = async (more: string, values: readonly string[]): Promise<readonly Attempt[]> => {
    const { rows } = await sql.query<Attempt>(`${attempts} ${more} order by a.fence`, [...values]);
    return rows;
  };
  return {
    async submit(document, { workspaceId = defaultWorkspace, priority } = {}) {
      const { title } = document;
      const purpose = 'drill' in document ? 'drill' : 'make';
      const build = await records.createBuild({
        ...{ workspaceId, title, document, files: {}, purpose, atMs: null },
        ...(priority && { priority }),
      });
      workspaceOf.set(build.id, workspaceId);
      return build.id;
    },
    async ended(id) {
      for (;;) {
        const build = await records.getBuild(id, workspaceOf.get(id));
        if (build?.state === 'succeeded') return;
        if (build === null || build.endedAt !== null)
          throw new FilmwrightError('internal', `the drill ${id} ended as ${build?.state}: ${JSON.stringify(build?.problem)}`);
        await rest(50);
      }
    },
    async cancel(id) {
      await records.cancelBuild(id);
    },
    async underWay() {
      const { rows } = await sql.query<{ granted: number; delivered: number }>(
        'select count(*)::int as granted, count(delivered_at)::int as delivered from attempt where ended_at is null',
      );
      return rows[0] ?? { granted: 0, delivered: 0 };
    },
    async expected() {
      const found = await records.queue({ workspaceId: defaultWorkspace, limit: 1000 });
      return new Map(found.flatMap(({ key, expectedStartAt }) => (expectedStartAt === null ? [] : [[key, Date.parse(expectedStartAt)]])));
    },
    encoders: () => processes.flatMap(({ pid }) => (pid === undefined ? [] : encodersBelow(pid))),
    async workspace(name, weight) {
      return (await records.addWorkspace({ name, weight })).id;
    },
    audit: (build) => records.auditBuild(build),
    ledger: () => readAttempts('', []),
    async attempts(kind = 'drill') {
      const found = await readAttempts("and a.fence > $1 and a.outcome = 'done' and t.kind = $2", [seen.toString(), kind]);
      seen = BigInt(found.at(-1)?.fence ?? seen);
      return found;
    },
    async close() {
      await sql.end();
      await records.close();
      for (const child of processes.toReversed()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await gone;
      }
      await database.stop();
      await removeHome(home);
    },
  };
}

type Env = Readonly<Record<string, string>>;

const attempts = `
  select a.fence, a.key, a.build_id as build, a.workspace_id as "workspaceId", a.runner_id as "runnerId", a.devices, a.outcome,
    (extract(epoch from t.ready_at) * 1000)::float8 as "readyMs", (extract(epoch from a.started_at) * 1000)::float8 as "grantedMs",
    (extract(epoch from coalesce(a.delivered_at, a.started_at)) * 1000)::float8 as "deliveredMs",
    (extract(epoch from a.ended_at) * 1000)::float8 as "endedMs", coalesce(a.ran_ms, 0)::float8 as "ranMs",
    (select coalesce(sum(s.gpu_ms), 0)::float8 from spend_entry s where s.workspace_id = a.workspace_id and s.key = a.key and s.fence = a.fence
      and s.kind = 'settle') as "gpuMs"
  from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key where a.ended_at is not null`;

function encodersBelow(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [...(nameOf(child) === 'ffmpeg' ? [child] : []), ...encodersBelow(child)]);
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** The address that it tells once it is ready. */
function ready(platform: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    platform.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const url = /https?:\/\/[\w.:]+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    platform.once('exit', (status) => reject(new Error(`serve ended with ${status}`)));
  });
}

export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
