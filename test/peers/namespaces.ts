import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
  /** Lets processes inside reach every address of this side. */
  readonly routeOut: () => void;
  /** Makes the link slow and so short of room that it loses packets each way, for good; says why where the system cannot do it. */
  readonly worsen: () => string | null;
  /** What the system counted of the link so far. */
  readonly counts: () => LineCounts;
};
export type LineCounts = {
  /** How often the link stopped carrying. */
  readonly downs: number;
  /** Packets of either side that it did not carry, and those from inside that found no way. */
  readonly dropped: number;
  /** Segments that processes inside had to send again. */
  readonly again: number;
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
        routeOut: () => must('-n', name, 'route', 'add', 'default', 'via', outside),
        worsen() {
          // By too little room and not by chance (netem), which fewer kernels have.
          const narrow = ['root', 'tbf', 'rate', '400kbit', 'burst', '3kb', 'limit', '6kb'];
          return tc('qdisc', 'add', 'dev', near, ...narrow).said ?? tc('-n', name, 'qdisc', 'add', 'dev', far, ...narrow).said;
        },
        counts() {
          const inside = (path: string): string => spawnSync('ip', ['netns', 'exec', name, 'cat', path], { encoding: 'utf8' }).stdout;
          const snmp = inside('/proc/net/snmp');
          const queues = [tc('-s', 'qdisc', 'show', 'dev', near), tc('-n', name, '-s', 'qdisc', 'show', 'dev', far)];
          const links = [
            readFileSync(`/sys/class/net/${near}/statistics/tx_dropped`),
            inside(`/sys/class/net/${far}/statistics/tx_dropped`),
          ];
          return {
            downs: Number(readFileSync(`/sys/class/net/${near}/carrier_down_count`)),
            dropped:
              counted(snmp, { of: 'Ip', name: 'OutNoRoutes' }) +
              links.reduce((sum, text) => sum + Number(text), 0) +
              queues.reduce((sum, { out }) => sum + Number(/dropped (\d+)/.exec(out)?.[1] ?? 0), 0),
            again: counted(snmp, { of: 'Tcp', name: 'RetransSegs' }),
          };
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

/** What `tc` wrote, and what it said where it failed. */
function tc(...args: readonly string[]): { readonly out: string; readonly said: string | null } {
  const { status, stdout, stderr, error } = spawnSync('tc', args, { encoding: 'utf8' });
  return { out: stdout ?? '', said: status === 0 ? null : (error?.message ?? stderr.trim()) };
}

/** A counter of /proc/net/snmp, whose lines come in pairs: names, then values. */
function counted(text: string, { of, name }: { readonly of: string; readonly name: string }): number {
  const [names = [], values = []] = text.split('\n').flatMap((line) => (line.startsWith(`${of}: `) ? [line.split(' ')] : []));
  const found = Number(values[names.indexOf(name)]);
  if (Number.isNaN(found)) throw new Error(`the system counts no ${of} ${name}: ${text.slice(0, 300)}`);
  return found;
}

function must(...args: readonly string[]): void {
  const said = ip(...args);
  if (said !== null) throw new Error(`ip ${args.join(' ')}: ${said}`);
}
