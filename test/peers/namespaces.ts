import { spawnSync } from 'node:child_process';
import { isAlive } from '@filmwright/process/is-alive';

/** A network of its own for processes of a test, tied to this one by a pair of links. */
export type Namespace = {
  /** Put before a command, runs it inside. */
  readonly enter: readonly string[];
  /** By which those inside are reached, and by which they reach this side. */
  readonly inside: string;
  readonly outside: string;
  /** The link carries nothing, as a cable that is pulled, until `up`. */
  readonly down: () => void;
  readonly up: () => void;
  /** So many percent of packets are lost, each way of the link late by `delayMs`; says why where the system cannot do it. */
  readonly worsen: (line: { readonly lossPercent: number; readonly delayMs: number }) => string | null;
};
export type Namespaces = { readonly add: () => Namespace; readonly close: () => void };

const mark = 'fwpeer';

/** Why no network can be made here, or false. */
export function noNamespaces(): string | false {
  if (process.platform !== 'linux') return 'networks of their own are made on Linux alone';
  if (process.getuid?.() !== 0) return 'only root may make networks; run the suite as root, in a container with NET_ADMIN and SYS_ADMIN';
  const name = `${mark}-${process.pid}-try`;
  const made = ip('netns', 'add', name);
  if (made !== null)
    return `networks cannot be made here (${made}); a container needs NET_ADMIN and SYS_ADMIN, and the program ip (package iproute2)`;
  ip('netns', 'del', name);
  return false;
}

/** Makes networks that are gone with `close`, at the end of the process at the latest; what a killed run left goes first. */
export function openNamespaces(): Namespaces {
  removeLeft();
  const names: string[] = [];
  const close = (): void => {
    // The links go with the network on their one end.
    for (const name of names.splice(0)) ip('netns', 'del', name);
  };
  process.once('exit', close);
  return {
    close,
    add() {
      const number = names.length;
      const name = `${mark}-${process.pid}-${number}`;
      const [near, far] = [`fw${process.pid}n${number}`, `fw${process.pid}f${number}`];
      // A block for private use that a machine is least likely to have, four addresses for each pair.
      const block = ((process.pid % 4096) * 16 + number) * 4;
      const address = (last: number): string => `10.213.${Math.floor(block / 256) % 256}.${(block % 256) + last}`;
      const [outside, inside] = [address(1), address(2)];
      names.push(name);
      must('netns', 'add', name);
      must('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
      must('link', 'set', far, 'netns', name);
      must('addr', 'add', `${outside}/30`, 'dev', near);
      must('link', 'set', near, 'up');
      must('-n', name, 'addr', 'add', `${inside}/30`, 'dev', far);
      must('-n', name, 'link', 'set', far, 'up');
      must('-n', name, 'link', 'set', 'lo', 'up');
      return {
        enter: ['ip', 'netns', 'exec', name],
        inside,
        outside,
        // The far end: the address on this side stays, and with it what listens on it.
        down: () => must('-n', name, 'link', 'set', far, 'down'),
        up: () => must('-n', name, 'link', 'set', far, 'up'),
        worsen({ lossPercent, delayMs }) {
          const args = ['qdisc', 'add', 'dev', near, 'root', 'netem', 'loss', `${lossPercent}%`, 'delay', `${delayMs}ms`];
          const { status, stderr, error } = spawnSync('tc', args, { encoding: 'utf8' });
          return status === 0 ? null : (error?.message ?? stderr.trim());
        },
      };
    },
  };
}

function removeLeft(): void {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  for (const [name, pid] of (stdout ?? '').matchAll(new RegExp(`^${mark}-(\\d+)-\\w+`, 'gm')))
    if (!isAlive(Number(pid))) ip('netns', 'del', name);
}

/** Null, or what `ip` said. */
function ip(...args: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

function must(...args: readonly string[]): void {
  const said = ip(...args);
  if (said !== null) throw new Error(`ip ${args.join(' ')}: ${said}`);
}
