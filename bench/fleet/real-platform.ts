import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Drill, type FilmDocument, FilmwrightError } from '@filmwright/contracts';
import { defaultWorkspace, openRecords } from '@filmwright/records';
import { startPostgres } from '@filmwright/records/embedded';
import pg from 'pg';
import { childrenOf } from '../../apps/cli/src/drill/children-of.ts';
import { benchHome } from '../film/platform.ts';

const joinedWithinMs = 120_000;
const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

/** An attempt as the ledger has it, in milliseconds since the first task was ready. */
export type Attempt = {
  readonly readyMs: number;
  readonly grantedMs: number;
  readonly deliveredMs: number;
  readonly endedMs: number;
  readonly ranMs: number;
};

export type RealPlatform = {
  /** Asks for a drill, or for a film that needs no files; gives the build's id. */
  readonly submit: (document: Drill | FilmDocument) => Promise<string>;
  /** Waits until a build has ended well. */
  readonly ended: (build: string) => Promise<void>;
  /** Cancels a build. */
  readonly cancel: (build: string) => Promise<void>;
  /** Attempts that have not ended: given out, and of these the ones a runner has by now. */
  readonly underWay: () => Promise<{ readonly granted: number; readonly delivered: number }>;
  /** Ids of the processes that run ffmpeg below the platform's. */
  readonly encoders: () => readonly number[];
  /** Every attempt of a kind that ended since the last call. */
  readonly attempts: (kind?: 'drill' | 'encode') => Promise<readonly Attempt[]>;
  readonly close: () => Promise<void>;
};

/** Database, gateway, controller and so many runner processes, in a home of its own; `pinned` runners have a core each. */
export async function openRealPlatform(runners: number, { pinned = false } = {}): Promise<RealPlatform> {
  const home = benchHome();
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
  const serve = (args: readonly string[], { core, url }: { readonly core?: number; readonly url?: string } = {}): ChildProcess => {
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', main, 'serve', ...args];
    const [program = '', ...rest] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
    const child = spawn(program, rest, {
      env: url === undefined ? env : { ...env, FILMWRIGHT_URL: url },
      stdio: ['ignore', 'pipe', process.env['BENCH_LOG'] === undefined ? 'ignore' : 'inherit'],
    });
    processes.push(child);
    return child;
  };
  const platform = pinned
    ? serve(['--roles', 'gateway,controller', '--port', '0'])
    : serve(['--roles', 'gateway,controller,runner', '--runners', String(runners), '--port', '0']);
  const url = await ready(platform);
  for (let core = 0; pinned && core < runners; core++) serve(['--roles', 'runner', '--runners', '1'], { core, url });
  const records = await openRecords({ connectionString });
  const sql = new pg.Pool({ connectionString, max: 2 });
  for (const startMs = performance.now(); ; await rest(200)) {
    const joined = (await records.runners()).length;
    if (joined >= runners) break;
    if (performance.now() - startMs > joinedWithinMs)
      throw new Error(`${joined} of ${runners} runners joined; BENCH_LOG=1 shows what they say`);
  }
  let seen = 0n;
  return {
    async submit(document) {
      const { title } = document;
      const purpose = 'drill' in document ? 'drill' : 'make';
      const build = await records.createBuild({ workspaceId: defaultWorkspace, title, document, files: {}, purpose, atMs: null });
      return build.id;
    },
    async ended(id) {
      for (;;) {
        const build = await records.getBuild(id);
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
    encoders: () => processes.flatMap(({ pid }) => (pid === undefined ? [] : encodersBelow(pid))),
    async attempts(kind = 'drill') {
      const { rows } = await sql.query<{ fence: string; ready: string; granted: string; delivered: string; ended: string; ran: number }>(
        `select a.fence, extract(epoch from t.ready_at) * 1000 as ready, extract(epoch from a.started_at) * 1000 as granted,
           extract(epoch from coalesce(a.delivered_at, a.started_at)) * 1000 as delivered, extract(epoch from a.ended_at) * 1000 as ended, coalesce(a.ran_ms, 0) as ran
         from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key
         where a.fence > $1 and a.ended_at is not null and a.outcome = 'done' and t.kind = $2 order by a.fence`,
        [seen.toString(), kind],
      );
      seen = BigInt(rows.at(-1)?.fence ?? seen);
      return rows.map(({ ready: at, granted, delivered, ended, ran }) => ({
        readyMs: Number(at),
        grantedMs: Number(granted),
        deliveredMs: Number(delivered),
        endedMs: Number(ended),
        ranMs: Number(ran),
      }));
    },
    async close() {
      await sql.end();
      await records.close();
      for (const child of processes.toReversed()) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await gone;
      }
      await database.stop();
    },
  };
}

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
