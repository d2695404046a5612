import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';

export type ConfineOptions = {
  /** Files and folders the program may read; all else but the system's programs and libraries is hidden where bubblewrap works. */
  readonly readPaths: readonly string[];
  /** The only folder it may write into. */
  readonly writeDir: string;
  /** Processor time after which the kernel kills it; 120 when left out. */
  readonly cpuSeconds?: number;
  /** Largest file it may write; 2 GiB when left out. */
  readonly maxFileBytes?: number;
};

/** How programs that read foreign media are shut in: with bubblewrap they see no other file and no network, with namespaces no network, with limits neither is hidden. */
export type Confinement = {
  readonly level: 'bubblewrap' | 'namespaces' | 'limits';
  /** Words to put before the program; paths stay as they are inside. */
  launcher(options: ConfineOptions): string[];
};

const memoryBytes = 4 * 2 ** 30;
const largestFileBytes = 2 * 2 ** 30;
let found: Confinement | undefined;

/** The strongest confinement that this machine allows, tried once per process. */
export function confinement(): Confinement {
  found ??= strongest();
  return found;
}

function strongest(): Confinement {
  const limits = works(['prlimit', '--core=0', '--', 'true']) ? limitWords : () => [];
  const levels: readonly Confinement[] = [
    { level: 'bubblewrap', launcher: (options) => [...limits(options), ...bubblewrapWords(options)] },
    // In a network namespace of its own there is nothing to connect to.
    { level: 'namespaces', launcher: (options) => [...limits(options), 'unshare', '--user', '--map-root-user', '--net', '--'] },
  ];
  const trial = { readPaths: [], writeDir: process.cwd() };
  return (
    levels.find((each) => process.platform === 'linux' && works([...each.launcher(trial), 'true'])) ?? { level: 'limits', launcher: limits }
  );
}

function works([program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

function limitWords({ cpuSeconds = 120, maxFileBytes = largestFileBytes }: ConfineOptions): string[] {
  // First comes a signal that names the limit, then the one that no program can refuse.
  const cpu = Math.ceil(cpuSeconds);
  return ['prlimit', `--as=${memoryBytes}`, `--cpu=${cpu}:${cpu + 5}`, `--fsize=${maxFileBytes}`, '--nofile=128', '--core=0', '--'];
}

function bubblewrapWords({ readPaths, writeDir }: ConfineOptions): string[] {
  return [
    'bwrap',
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    ...['--cap-drop', 'ALL'],
    '--clearenv',
    ...['--setenv', 'PATH', '/usr/local/bin:/usr/bin:/bin'],
    // Every arena of glibc reserves address space, which the memory limit counts.
    ...['--setenv', 'MALLOC_ARENA_MAX', '2'],
    ...systemWords(),
    ...['--proc', '/proc', '--dev', '/dev', '--size', String(64 << 20), '--tmpfs', '/tmp'],
    ...readPaths.filter((path) => !path.startsWith('/usr/')).flatMap((path) => ['--ro-bind', path, path]),
    ...['--bind', writeDir, writeDir, '--chdir', writeDir],
    '--',
  ];
}

/** Programs and libraries of the system, whether /lib and /bin are folders or links into /usr. */
function systemWords(): string[] {
  const words = ['--ro-bind', '/usr', '/usr'];
  for (const path of ['/bin', '/lib', '/lib64', '/nix/store', '/etc/alternatives', '/etc/ld.so.cache']) {
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) words.push('--symlink', readlinkSync(path), path);
    else words.push('--ro-bind', path, path);
  }
  return words;
}
