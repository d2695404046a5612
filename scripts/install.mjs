// Installs what is missing. Runs on Node 20 without dependencies, since it is what installs them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stderr.write(`${text}\n`);

/** Programs the platform spawns; `any` lists alternatives of which one is enough. */
const programs = [
  { any: ['ffmpeg'], needed: true, why: 'reads, mixes and encodes', packages: { apt: 'ffmpeg', dnf: 'ffmpeg', brew: 'ffmpeg' } },
  { any: ['ffprobe'], needed: true, why: 'measures media', packages: { apt: 'ffmpeg', dnf: 'ffmpeg', brew: 'ffmpeg' } },
  {
    any: ['flite', 'espeak-ng'],
    needed: true,
    why: 'speaks where no natural voice is installed',
    packages: { apt: 'flite', dnf: 'flite', brew: 'espeak-ng' },
  },
  {
    any: ['bwrap'],
    needed: false,
    why: 'confines the reading of uploaded media',
    packages: { apt: 'bubblewrap', dnf: 'bubblewrap', brew: null },
  },
];

function which(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

const isMissing = (program) => program.any.every((name) => which(name) === null);
const run = (command, args, options = {}) => spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options }).status === 0;

/** npm packages, if they are not those of the lock file. */
function installPackages() {
  const stamp = join(root, 'node_modules', '.filmwright-lock');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(node24())) return;
  say('Installing npm packages (once, about a minute)...');
  // The CPU runtime is inside the package; its install step would fetch CUDA libraries.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Not `npm ci`: it refuses where a registry mirror lacks a package of some other platform. The lock file decides either way and is left as it is.
  if (!run(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, env })) {
    fail('program-failed', 'npm could not install the packages; its messages are above. Check the network and run this again.');
  }
  if (!existsSync(node24()))
    fail(
      'program-missing',
      `There is no Node 24 for ${process.platform}-${process.arch} among the packages. Install Node 24 and run this again with it.`,
    );
  writeFileSync(stamp, lock);
}

/** The Node that runs Filmwright: the one running now if it is new enough, else the one npm installed. */
export function node24() {
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : join(root, 'node_modules', '.bin', 'node');
}

function installPrograms() {
  const missing = programs.filter(isMissing);
  if (missing.length === 0) return;
  const needed = missing.filter((program) => program.needed);
  const asRoot =
    process.getuid?.() === 0 ? [] : which('sudo') !== null && spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : null;
  if (which('apt-get') !== null && asRoot !== null) {
    const names = [...new Set(missing.map((program) => program.packages.apt))];
    say(`Installing ${names.join(', ')} with apt...`);
    const apt = (args) => {
      const [command, ...rest] = [...asRoot, 'apt-get', ...args];
      return run(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    };
    apt(['update', '-qq']);
    apt(['install', '-y', '-qq', '--no-install-recommends', ...names]);
  }
  const still = needed.filter(isMissing);
  if (still.length === 0) return;
  const names = (manager) => [...new Set(still.map((program) => program.packages[manager]).filter(Boolean))].join(' ');
  fail(
    'program-missing',
    [
      `Missing: ${still.map((program) => `${program.any.join(' or ')} (${program.why})`).join('; ')}. Install it and run this again:`,
      `  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names('apt')}`,
      `  Fedora:          sudo dnf install -y ${names('dnf')}`,
      `  macOS:           brew install ${names('brew')}`,
    ].join('\n'),
  );
}

function fail(code, detail) {
  if (process.argv.includes('--json')) {
    process.stdout.write(
      `${JSON.stringify({ type: `https://filmwright.dev/problems/${code}`, title: 'Something needed is not installed', status: 503, code, detail, retryable: false })}\n`,
    );
  } else say(detail);
  process.exit(1);
}

/** Installs packages and programs that are missing; ends the process with what to do where that cannot be done. */
export function install() {
  installPackages();
  installPrograms();
}

/** Runs a TypeScript entry point of the project with Node 24 and ends with its status. */
export function runEntry(entry, args) {
  const bin = join(root, 'node_modules', '.bin');
  // Compiled code is kept between runs: it cuts the start of every process to a third.
  const env = {
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  };
  const ended = spawnSync(node24(), ['--disable-warning=ExperimentalWarning', join(root, entry), ...args], { stdio: 'inherit', env });
  process.exit(ended.status ?? 1);
}
