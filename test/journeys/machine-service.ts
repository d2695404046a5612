import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { MachineOrder } from '@filmwright/contracts';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

export type MachineService = {
  readonly url: string;
  /** Ids of the machines that are there. */
  readonly machines: () => readonly string[];
  /** How many there were since the start, and the ids that they had. */
  readonly given: () => number;
  readonly asked: () => readonly string[];
  /** Answers 500 to so many of the next calls, and does what they ask for all the same. */
  readonly failNext: (calls: number) => void;
  /** Takes a machine away without being asked, as clouds do with spot machines. */
  readonly take: (id: string) => void;
};

/** A small cloud: a machine is a process that joins by its token, with a home of its own. All of it ends after the tests of a file. */
export async function machineServiceOfTest(): Promise<MachineService> {
  const machines = new Map<string, { readonly child: ChildProcess; readonly home: string }>();
  const asked: string[] = [];
  let failing = 0;
  const start = ({ id, join: { url, token }, slots, models }: MachineOrder): void => {
    if (machines.has(id)) return;
    asked.push(id);
    const home = mkdtempSync(join(tmpdir(), 'filmwright-machine-'));
    const args = [
      'runner',
      '--join',
      url,
      '--token',
      token,
      '--slots',
      String(slots),
      ...(models.length > 0 ? ['--models', models.join(',')] : []),
    ];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      env: { ...process.env, FILMWRIGHT_HOME: home, FILMWRIGHT_RUNNER_NAME: id },
      stdio: 'ignore',
    });
    machines.set(id, { child, home });
    child.once('exit', () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  };
  const server = createServer((request, response) => {
    const id = decodeURIComponent(request.url?.split('?')[0]?.split('/')[2] ?? '');
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      if (request.method === 'PUT') start(JSON.parse(body) as MachineOrder);
      if (request.method === 'DELETE') {
        machines.get(id)?.child.kill('SIGTERM');
        machines.delete(id);
      }
      failing -= 1;
      response.writeHead(failing >= 0 ? 500 : 200).end(JSON.stringify({ machines: [...machines.keys()].map((one) => ({ id: one })) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all(
      [...machines.values()].map(({ child }) => {
        const gone = child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : null;
        child.kill('SIGTERM');
        return gone;
      }),
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    machines: () => [...machines.keys()],
    given: () => asked.length,
    asked: () => asked,
    failNext(calls) {
      failing = calls;
    },
    take(id) {
      machines.get(id)?.child.kill('SIGKILL');
      machines.delete(id);
    },
  };
}
