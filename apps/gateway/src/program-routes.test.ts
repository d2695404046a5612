import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { archiveHeader } from '@filmwright/process/archive-header';
import { createProgramArchive } from './program-archive.ts';
import { programFiles } from './program-files.ts';
import { startGateway } from './testing/start-gateway.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A checkout of a few files, with things among them that belong to somebody else. */
async function smallCheckout(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-program-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const lock = await readFile(join(root, 'package-lock.json'));
  const script = await readFile(join(root, 'scripts/runner.sh'));
  const files: Readonly<Record<string, string | Buffer>> = {
    'package.json': '{}',
    'package-lock.json': lock,
    'scripts/runner.sh': script,
    'scripts/runner.mjs': "console.log('runs');\n",
    'apps/runner/package.json': '{}',
    'apps/runner/src/main.ts': 'export {};\n',
    'apps/runner/src/main.test.ts': 'a test',
    'apps/runner/src/testing/door.ts': 'a test',
    'apps/runner/src/.env': 'SECRET=1',
    'apps/runner/src/key.pem': 'SECRET',
    'apps/runner/node_modules/thing/index.js': 'a package',
    'apps/gateway/package.json': '{}',
    'apps/gateway/src/main.ts': 'not of a runner',
    'packages/engines/models/one/model.onnx': Buffer.alloc(700, 7),
    'platform.json': '{"token":"SECRET"}',
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await symlink('/etc/hostname', join(folder, 'apps/runner/src/linked.ts'));
  return folder;
}

test('the program of a runner is the code of known folders and kinds: no test, link, hidden file, key or other app goes with it', async (t) => {
  const found = (await programFiles(await smallCheckout(t))).map(({ path }) => path);
  assert.deepEqual(found, [
    'apps/gateway/package.json',
    'apps/runner/package.json',
    'apps/runner/src/main.ts',
    'package-lock.json',
    'package.json',
    'packages/engines/models/one/model.onnx',
    'scripts/runner.mjs',
  ]);
});

test('of this checkout the program holds all that git has of those folders, under paths that an archive can have', async () => {
  const folders = ['packages/*/src', 'packages/*/models', 'packages/*/rigs', 'apps/runner', 'apps/cli'];
  const { stdout } = await run('git', ['ls-files', ...folders], { cwd: root });
  const tracked = stdout.split('\n').filter(Boolean);
  const held = new Set((await programFiles(root)).map(({ path }) => path));
  for (const path of held) archiveHeader({ path: `filmwright/${path}`, bytes: 0 });
  const left = tracked.filter((path) => !held.has(path) && !/\.test\.ts$|\/(testing|fixtures)\/|\.md$/.test(path));
  assert.deepEqual(left, []);
});

test('the archive is the same bytes each time, is what tar unpacks, and is made again where it was removed', async (t) => {
  const [checkout, folder] = [await smallCheckout(t), await mkdtemp(join(tmpdir(), 'filmwright-archive-'))];
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of [`sha256-${'0'.repeat(64)}.tgz`, '.killed.part', '.of-another.part']) await writeFile(join(folder, name), 'before');
  await utimes(join(folder, '.killed.part'), 0, 0);
  const archive = createProgramArchive({ root: checkout, folder });
  // Another gateway on the same home, in a container where it has the same number.
  const another = createProgramArchive({ root: checkout, folder });
  const [made, ...same] = await Promise.all([archive(), archive(), another()]);
  assert.deepEqual(same, [made, made]);
  assert.deepEqual((await readdir(folder)).sort(), ['.of-another.part', `${made.digest}.tgz`]);
  assert.equal(
    `sha256-${createHash('sha256')
      .update(await readFile(made.path))
      .digest('hex')}`,
    made.digest,
  );
  await rm(made.path);
  assert.deepEqual(await archive(), made);
  execFileSync('tar', ['-xzf', made.path, '-C', folder]);
  assert.deepEqual(await readFile(join(folder, 'filmwright/packages/engines/models/one/model.onnx')), Buffer.alloc(700, 7));
  assert.deepEqual((await programFiles(join(folder, 'filmwright'))).length, 7);
});

test('a machine is brought the program by the script alone, takes no other bytes for it, and starts what is there the next time', async (t) => {
  const programRoot = await smallCheckout(t);
  // Stands for what installs packages, which needs a network.
  await writeFile(join(programRoot, 'scripts/runner.mjs'), 'console.log(process.argv.slice(2).join(" "));\n');
  const gateway = await startGateway(t, { programRoot });
  const url = await gateway.listen();
  const programs = await mkdtemp(join(tmpdir(), 'filmwright-programs-'));
  t.after(() => rm(programs, { recursive: true, force: true }));
  const impostor = createServer((_, reply) => reply.end('other bytes'));
  await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
  t.after(() => impostor.close());
  const script = await (await fetch(`${url}/runner.sh`)).text();
  const start = async (text: string): Promise<{ readonly out: string; readonly err: string }> => {
    const file = join(programs, 'script.sh');
    await writeFile(file, text);
    const env = { ...process.env, FILMWRIGHT_PROGRAM: programs };
    const ended = (error: { readonly stdout: string; readonly stderr: string }) => ({ out: error.stdout, err: error.stderr });
    return run('sh', [file, '--join', url], { env }).then(ended, ended);
  };
  const there = async (): Promise<readonly string[]> => (await readdir(programs)).filter((name) => name !== 'script.sh');

  const { port } = impostor.address() as AddressInfo;
  const fooled = await start(script.replace(`gateway='${url}'`, `gateway='http://127.0.0.1:${port}'`));
  assert.match(fooled.err, /gave bytes with the SHA-256 [0-9a-f]{64}; wanted [0-9a-f]{64}/);
  const older = await start(script.replace(/^program='.{4}/m, "program='0000"));
  assert.match(older.err, /cannot be fetched/);
  assert.deepEqual([fooled.out, older.out, await there()], ['', '', []]);
  assert.deepEqual((await start(script)).out, `--install\n--join ${url}\n`);
  assert.deepEqual((await start(script)).out, `--join ${url}\n`, 'it is installed once');
  assert.deepEqual(await there(), [/^program='(.*)'$/m.exec(script)?.[1]]);
});

test('a program of the same lock file takes over the packages of the one before, and few programs stay', async (t) => {
  const programRoot = await smallCheckout(t);
  const programs = await mkdtemp(join(tmpdir(), 'filmwright-programs-'));
  t.after(() => rm(programs, { recursive: true, force: true }));
  const outs: string[] = [];
  for (const lock of ['same', 'same', 'other', 'other', 'other']) {
    const version = outs.length;
    await writeFile(
      join(programRoot, 'scripts/runner.mjs'),
      `// ${version}
      import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
      const packages = new URL('../node_modules/', import.meta.url);
      const link = new URL('runner', packages);
      if (process.argv[2] === '--install') {
        // The program's own packages are links into it, and must stay so.
        const isThere = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
        console.log(isThere ? 'has packages' : 'installs');
        mkdirSync(packages, { recursive: true });
        if (!isThere) symlinkSync('../apps/runner', link);
      }`,
    );
    await writeFile(join(programRoot, 'package-lock.json'), JSON.stringify({ lock, packages: {} }));
    const url = await (await startGateway(t, { programRoot })).listen();
    await writeFile(join(programs, 'script.sh'), await (await fetch(`${url}/runner.sh`)).text());
    const { stdout } = await run('sh', [join(programs, 'script.sh')], { env: { ...process.env, FILMWRIGHT_PROGRAM: programs } });
    outs.push(stdout.trim());
  }
  assert.deepEqual(outs, ['installs', 'has packages', 'installs', 'has packages', 'has packages']);
  // The oldest goes when the next is started.
  assert.equal((await readdir(programs)).filter((name) => name !== 'script.sh').length, 4);
});

test('an installation that was killed leaves nothing that is started, and the next start removes it', async (t) => {
  const programRoot = await smallCheckout(t);
  await writeFile(
    join(programRoot, 'scripts/runner.mjs'),
    'if (process.argv[2] === "--install" && process.env.DIES) process.kill(process.ppid, "SIGKILL");\n',
  );
  const gateway = await startGateway(t, { programRoot });
  const url = await gateway.listen();
  const programs = await mkdtemp(join(tmpdir(), 'filmwright-programs-'));
  t.after(() => rm(programs, { recursive: true, force: true }));
  const file = join(programs, 'script.sh');
  await writeFile(file, await (await fetch(`${url}/runner.sh`)).text());
  const env = { ...process.env, FILMWRIGHT_PROGRAM: programs };
  await assert.rejects(
    run('sh', [file], { env: { ...env, DIES: '1' } }),
    ({ signal }: { readonly signal: unknown }) => signal === 'SIGKILL',
  );
  assert.match((await readdir(programs, { recursive: true })).join('\n'), /^\.new-\d+\/filmwright\/package\.json$/m);
  // Of the very number that the next start has, as in a container that is started again.
  await run('sh', ['-c', `mkdir "$FILMWRIGHT_PROGRAM/.new-$$"; exec sh ${file}`], { env });
  assert.deepEqual(
    (await readdir(programs)).filter((name) => name.startsWith('.new')),
    [],
  );
});
