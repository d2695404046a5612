import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Drill, FilmwrightError } from '@filmwright/contracts';
import { defaultWorkspace, openRecords } from '@filmwright/records';
import { startPostgres } from '@filmwright/records/embedded';
import pg from 'pg';
import { benchHome } from '../film/platform.ts';

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
  /** Asks for a drill; gives the build's id. */
  readonly submit: (drill: Drill) => Promise<string>;
  /** Waits until a build has ended well. */
  readonly ended: (build: string) => Promise<void>;
  /** Every attempt that ended since the last call. */
  readonly attempts: () => Promise<readonly Attempt[]>;
  readonly close: () => Promise<void>;
};

/** Database, gateway, controller and so many runner processes, in a home of its own. */
export async function openRealPlatform(runners: number): Promise<RealPlatform> {
  const home = benchHome();
  const database = await startPostgres({ home });
  const { connectionString } = database;
  const platform = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      main,
      'serve',
      '--roles',
      'gateway,controller,runner',
      '--runners',
      String(runners),
      '--port',
      '0',
    ],
    { env: { ...process.env, FILMWRIGHT_HOME: home, DATABASE_URL: connectionString }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await ready(platform);
  const records = await openRecords({ connectionString });
  const sql = new pg.Pool({ connectionString, max: 2 });
  const joined = async (): Promise<boolean> => (await records.runners()).length >= runners;
  while (!(await joined())) await rest(200);
  let seen = 0n;
  return {
    async submit(document) {
      const { title } = document;
      const build = await records.createBuild({ workspaceId: defaultWorkspace, title, document, files: {}, purpose: 'drill', atMs: null });
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
    async attempts() {
      const { rows } = await sql.query<{ fence: string; ready: string; granted: string; delivered: string; ended: string; ran: number }>(
        `select a.fence, extract(epoch from t.ready_at) * 1000 as ready, extract(epoch from a.started_at) * 1000 as granted,
           extract(epoch from coalesce(a.delivered_at, a.started_at)) * 1000 as delivered, extract(epoch from a.ended_at) * 1000 as ended, coalesce(a.ran_ms, 0) as ran
         from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key
         where a.fence > $1 and a.ended_at is not null and a.outcome = 'done' and t.kind = 'drill' order by a.fence`,
        [seen.toString()],
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
      platform.kill('SIGTERM');
      await new Promise((resolve) => platform.once('exit', resolve));
      await database.stop();
    },
  };
}

function ready(platform: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    platform.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (/ready|http:/.test(text)) resolve();
    });
    platform.once('exit', (status) => reject(new Error(`serve ended with ${status}`)));
  });
}

export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
