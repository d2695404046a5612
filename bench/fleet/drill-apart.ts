// Drills, by its address, a platform whose roles run apart: two gateways with homes of their own, and two controllers.
// node bench/fleet/drill-apart.ts HOME [--rounds 10] [--seed 1] [--only FAULT] [--each] [--kill SECONDS]
// HOME must not be there. The gateways stand behind one address, or with --each are named each by its own. With --kill a part, in turn, is killed by kill -9 once all are whole again.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from '@filmwright/client';
import { childrenOf } from '../../apps/cli/src/drill/children-of.ts';
import { openDrillProxy } from '../../apps/cli/src/drill/drill-proxy.ts';
import { freePort } from '../../test/journeys/role-processes.ts';
import { ownRoot, type RolePart, startPart } from './role-parts.ts';

const text = { type: 'string' } as const;
const options = { rounds: text, seed: text, only: text, kill: text, each: { type: 'boolean' } } as const;
const { values, positionals } = parseArgs({ allowPositionals: true, options });
const { rounds = '10', seed = '1', only = '', kill = '0', each = false } = values;
const [given] = positionals;
if (given === undefined || existsSync(given)) throw new Error('Name a home that is not there yet.');
const home = resolve(given);
const token = 'token-of-the-drill';
mkdirSync(home, { mode: 0o755 });
const shared: Record<string, string | undefined> = {
  ...process.env,
  ...{ FILMWRIGHT_TOKEN: token, FILMWRIGHT_RUNNER_TOKEN: `runner-${token}`, FILMWRIGHT_SIGNING_KEY: `signing-${token}` },
  ...{ FILMWRIGHT_MEDIA: join(home, 'media'), FILMWRIGHT_LEASE_MS: '3000' },
};
const ends: (() => Promise<void>)[] = [];
async function start(role: string, { name = role, args = [] as readonly string[] } = {}): Promise<RolePart> {
  const part = await startPart({
    root: ownRoot,
    args: ['serve', '--roles', role, ...args],
    env: { ...shared, FILMWRIGHT_HOME: join(home, name) },
  });
  ends.unshift(part.stop);
  return part;
}

try {
  const database = await start('database');
  shared.DATABASE_URL = /DATABASE_URL=(\S+)/.exec(database.text())?.[1];
  const first = await freePort(2);
  const urls = [first, first + 1].map((port) => `http://127.0.0.1:${port}`);
  const parts = await Promise.all([
    ...[1, 2].map((at) => start('gateway', { name: `gateway-${at}`, args: ['--port', String(first + at - 1)] })),
    ...[1, 2].map((at) => start('controller', { name: `controller-${at}` })),
  ]);
  const balancer = await openDrillProxy(() => urls);
  ends.unshift(balancer.close);
  const words = { rounds, seed, only, token, home: join(home, 'drill') };
  const args = [...Object.entries(words).flatMap(([name, value]) => [`--${name}`, value])];
  const command = [...args, ...(each ? urls : [balancer.url]).flatMap((url) => ['--url', url])];
  const main = join(ownRoot, 'apps/cli/src/main.ts');
  const drilling = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'drill', '--json', ...command], {
    stdio: 'inherit',
  });
  let isOver = false;
  const over = new Promise<number>((resolve) => drilling.once('exit', (status) => resolve(status ?? 1)));
  void over.then(() => {
    isOver = true;
  });
  const areWhole = async (): Promise<boolean> => {
    const fleets = await Promise.allSettled(urls.map((url) => createClient({ url, token }).fleet()));
    return fleets.every((one) => one.status === 'fulfilled' && one.value.isLed);
  };
  for (let turn = 0; Number(kill) > 0 && !isOver; ) {
    await sleep(Number(kill) * 1000);
    if (!(await areWhole())) continue;
    const at = turn++ % parts.length;
    const [pid] = childrenOf(parts[at]?.pid);
    if (pid === undefined || isOver) continue;
    process.kill(pid, 'SIGKILL');
    process.stderr.write(`kill -9 of a ${at < urls.length ? 'gateway' : 'controller'}, ${pid}\n`);
  }
  process.exitCode = await over;
} finally {
  for (const end of ends) await end();
}
process.exit();
