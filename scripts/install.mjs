// Installs what is missing. Runs on Node 20 without dependencies, since it is what installs them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledFolder } from '../apps/cli/bin/compiled-folder.js';
import { handOver } from '../apps/cli/bin/hand-over.js';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stderr.write(`${text}\n`);

/** Programs the platform spawns, and fonts for scripts whose fonts do not come along; of `any` one is enough. What is not `needed` is tried once. */
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
  {
    any: [/^NotoSansDevanagari.*\.(ttf|otf)$/, /^Lohit-Devanagari\.ttf$/],
    needed: false,
    why: 'writes Hindi, Hebrew, Thai and other scripts',
    packages: { apt: 'fonts-noto-core', dnf: 'google-noto-sans-fonts', brew: 'font-noto-sans' },
  },
  {
    any: [/^NotoSans(CJK|SC|JP|KR|TC).*\.(ttc|ttf|otf)$/, /^SourceHanSans.*\.(ttc|otf)$/],
    needed: false,
    why: 'writes Chinese, Japanese and Korean',
    packages: { apt: 'fonts-noto-cjk', dnf: 'google-noto-sans-cjk-fonts', brew: 'font-noto-sans-cjk' },
  },
  {
    any: [/^NotoColorEmoji.*\.ttf$/],
    needed: false,
    why: 'draws emoji',
    packages: { apt: 'fonts-noto-color-emoji', dnf: 'google-noto-emoji-color-fonts', brew: 'font-noto-color-emoji' },
  },
];

/** What tests need beside. */
const testPrograms = [
  { any: ['openssl'], needed: true, why: 'makes the certificates of tests', packages: { apt: 'openssl', dnf: 'openssl', brew: 'openssl' } },
];

const fontFolders = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  '/Library/Fonts',
  ...['.fonts', '.local/share/fonts', 'Library/Fonts'].map((name) => join(homedir(), name)),
];

function fontFiles() {
  return fontFolders.flatMap((folder) => {
    try {
      return readdirSync(folder, { recursive: true }).map((name) => basename(String(name)));
    } catch {
      return [];
    }
  });
}

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

const isThere = (name, fonts) => (name instanceof RegExp ? fonts.some((file) => name.test(file)) : which(name) !== null);
function missingOf(list) {
  const fonts = fontFiles();
  return list.filter(({ any }) => !any.some((name) => isThere(name, fonts)));
}
const aptInstall = ['install', '-y', '-qq', '--no-install-recommends'];
const run = (command, args, options = {}) => spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options }).status === 0;

/** Of the npm packages only those that a runner and its command need: no studio, and nothing to build or test with. */
const ofRunner = ['--omit=dev', '--include-workspace-root', '--workspace=apps/cli', '--workspace=apps/runner'];

/** npm packages, if they are not those of the lock file. */
function installPackages(some = []) {
  const stamp = join(root, 'node_modules', '.filmwright-lock');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(node24())) return;
  say('Installing npm packages (once, about a minute)...');
  // The CPU runtime is inside the package; its install step would fetch CUDA libraries.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Not `npm ci`: it refuses where a registry mirror lacks a package of some other platform. The lock file decides either way and is left as it is.
  if (!run(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...some], { cwd: root, env })) {
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

function installPrograms(programs) {
  const stamp = join(root, 'node_modules', '.filmwright-tried');
  const tried = existsSync(stamp) ? readFileSync(stamp, 'utf8').split('\n') : [];
  const missing = missingOf(programs).filter(({ needed, packages }) => needed || !tried.includes(packages.apt));
  if (missing.length === 0) return;
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
    // One by one where all at once fails: one name that a distribution lacks must not keep the others away.
    if (!apt([...aptInstall, ...names])) for (const name of names) apt([...aptInstall, name]);
  }
  const absent = missingOf(missing);
  for (const { any, needed, why, packages } of absent)
    if (!needed)
      say(
        `Without ${any[0] instanceof RegExp ? `the fonts of ${packages.apt}` : any.join(' or ')}, which ${why}, films are made all the same; install ${packages.apt} (apt), ${packages.dnf} (dnf)${packages.brew === null ? '' : ` or ${packages.brew} (brew)`} for it.`,
      );
  writeFileSync(stamp, [...new Set([...tried, ...absent.map(({ packages }) => packages.apt)])].join('\n'));
  const still = absent.filter(({ needed }) => needed);
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

export function fail(code, detail) {
  if (process.argv.includes('--json')) {
    process.stdout.write(
      `${JSON.stringify({ type: `https://filmwright.dev/problems/${code}`, title: 'Something needed is not installed', status: 503, code, detail, retryable: false })}\n`,
    );
  } else say(detail);
  process.exit(1);
}

/** Installs packages and programs that are missing, those of `tests` too where it is for them, for `only` a 'runner' no more than it must have; ends the process with what to do where that cannot be done. */
export function install({ tests = false, only = null } = {}) {
  installPackages(only === 'runner' ? ofRunner : []);
  // A runner without a speech program offers no voices, and does all else.
  if (only === 'runner') installPrograms(programs.map((program) => ({ ...program, needed: program.packages.apt === 'ffmpeg' })));
  else installPrograms(tests ? [...programs, ...testPrograms] : programs);
}

/** Runs a TypeScript entry point of the project with Node 24 and ends with its status. */
export function runEntry(entry, args) {
  const bin = join(root, 'node_modules', '.bin');
  const env = {
    NODE_COMPILE_CACHE: compiledFolder(root),
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  };
  handOver(node24(), ['--disable-warning=ExperimentalWarning', join(root, entry), ...args], env);
}
