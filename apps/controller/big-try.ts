import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { defaultWorkspace, openRecords } from '@filmwright/records';
import { startPostgres } from '@filmwright/records/embedded';
import { taskKindNames } from '@filmwright/contracts';
import { outputOf } from '/work/main/apps/controller/src/testing/output-of.ts';
const N = Number(process.argv[2]);
const db = await startPostgres({ home: '/tmp/gwc/home3' });
const records = await openRecords(db);
const child = spawn(process.execPath, ['/work/main/apps/controller/src/main.ts'], { env: { ...process.env, DATABASE_URL: db.connectionString, FILMWRIGHT_LOG_LEVEL: 'info' }, stdio: ['pipe', 'pipe', 'pipe'] });
child.stderr.pipe(createWriteStream('/tmp/gwc/big.log'));
const { runnerId } = await records.joinRunner({ name: 'big', pid: 1, slots: 8, kinds: taskKindNames, toolchain: {}, voices: [], models: [], fonts: [] });
const backs = ['halo', 'sweep', 'arc', 'grid', 'waves', 'plain'];
const storyboard = Array.from({ length: N }, (_, i) => ({ length: '1s', visual: { backdrop: backs[i % 6], colors: ['#' + i.toString(16).padStart(6, '0')] } }));
const make = () => records.createBuild({ workspaceId: defaultWorkspace, title: 'big', document: { title: 'big ' + N, captions: false, format: { resolution: '720p', fps: 25 }, storyboard }, files: {}, purpose: 'make', atMs: null });
setInterval(() => void records.renewLeases({ runnerId, leases: [], leaseMs: 1000 }), 5000).unref();
const t0 = performance.now(); const lap = (n: string) => console.log(n, Math.round(performance.now() - t0));
for (const round of [1, 2]) {
  const { id } = await make(); lap('order');
  let worked = 0, first = true;
  for (;;) {
    const leases = await records.leaseTasks({ runnerId, max: 200, leaseMs: 60000 });
    if (leases.length && first) { lap('first lease'); first = false; }
    for (const { task, fence } of leases) { await records.completeTask({ runnerId, key: task.key, fence, ...outputOf(task), wallMs: 1, cpuMs: 1 }); worked++; }
    if (leases.length === 0) { await new Promise((r) => setTimeout(r, 50)); const b = await records.getBuild(id); if (b!.endedAt) { lap(`round ${round}: ${b!.state} ${JSON.stringify(b!.problem)} ${worked} tasks ${JSON.stringify(b!.progress.tasks)}`); break; } await records.renewLeases({ runnerId, leases: [], leaseMs: 1000 }); }
  }
}
const { readFileSync } = await import('node:fs'); console.log(readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8').match(/Pss:.*/)?.[0]);
child.kill('SIGTERM'); await records.close(); await db.stop();
