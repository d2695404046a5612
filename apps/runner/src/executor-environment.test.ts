import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { executorEnvironment } from './executor-environment.ts';
import { asking, drillOf, executorOf } from './testing/open-executor.ts';

const secrets = {
  FILMWRIGHT_METRICS_TOKEN: 'a',
  FILMWRIGHT_RUNNER_TOKEN: 'a',
  FILMWRIGHT_JOIN_TOKEN: 'a',
  FILMWRIGHT_SIGNING_KEY: 'a',
  DATABASE_URL: 'a',
  AWS_SECRET_ACCESS_KEY: 'a',
  HF_TOKEN: 'a',
  NODE_AUTH_TOKEN: 'a',
  CUDA_CLOUD_TOKEN: 'a',
  CHAT_KEY: 'a',
};

test('of its environment a runner passes on what tasks need and none of its secrets', () => {
  const needed = {
    ...{
      PATH: 'p',
      HOME: '/h',
      LANG: 'C',
      LC_ALL: 'C',
      TMPDIR: '/t',
      LD_LIBRARY_PATH: '/l',
      CUDA_VISIBLE_DEVICES: '1',
      OMP_NUM_THREADS: '2',
    },
    ...{ NODE_OPTIONS: '--import=x', NODE_EXTRA_CA_CERTS: '/c', https_proxy: 'http://p', NO_PROXY: 'localhost' },
    ...{
      FILMWRIGHT_HOME: '/none',
      FILMWRIGHT_JOIN: 'https://g',
      FILMWRIGHT_MEDIA: '/m',
      FILMWRIGHT_COMPUTE: 'cpu',
      FILMWRIGHT_FFMPEG: '/f',
    },
  };
  assert.deepEqual(executorEnvironment({ ...secrets, ...needed }), needed);
});

test('a process that runs tasks starts without its runner’s secrets, and keeps the key of a chat server from what it starts', async (t) => {
  Object.assign(process.env, secrets);
  t.after(() => {
    for (const name of Object.keys(secrets)) delete process.env[name];
  });
  const tells = `process.on('message', async () => {
    const { readFileSync, writeFileSync } = await import('node:fs');
    const started = readFileSync('/proc/self/environ', 'utf8').split('\\0');
    writeFileSync(process.env.FILMWRIGHT_HOME + '/told', JSON.stringify({ started, later: Object.keys(process.env) }));
  });`;
  const home = await mkdtemp(join(tmpdir(), 'filmwright-environment-'));
  const env = { FILMWRIGHT_HOME: home, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tells)}` };
  await writeFile(join(home, 'chat-servers.json'), JSON.stringify({ servers: [{ keyFrom: 'CHAT_KEY' }] }));
  const executor = executorOf(home, { env });
  t.after(async () => {
    await executor.end();
    await rm(home, { recursive: true, force: true });
  });
  await executor.run(drillOf(1), asking());
  const { started, later } = JSON.parse(await readFile(join(home, 'told'), 'utf8')) as { started: string[]; later: string[] };
  const seen = started.map((entry) => entry.split('=')[0] ?? '').filter((name) => name in secrets);
  assert.deepEqual([seen, later.filter((name) => name in secrets)], [['CHAT_KEY'], []]);
});
