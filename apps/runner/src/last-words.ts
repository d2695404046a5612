import type { Task } from '@filmwright/contracts';
import type { LastWords } from '@filmwright/process/last-words';

type Death = {
  /** What it ran; nothing where it did something else, which is then `asked`. */
  readonly tasks: readonly Task[];
  readonly asked: string;
  /** By which signal or status. */
  readonly how: string;
  readonly last: LastWords | undefined;
  /** Whether its tasks are of several workspaces. */
  readonly isShared: boolean;
};

/** So many tasks of a batch are named, by so much of their keys. */
const mostNamed = 5;
const keyLetters = 19;

/**
 * Tells that a process died, in a message for each task that it ran. What a batch wrote last may be of any of its tasks, and says so; where those are of several
 * workspaces, neither it nor their names are told.
 */
export function diedText({ tasks, asked, how, last, isShared }: Death): string {
  const [{ kind } = { kind: asked }] = tasks;
  const isBatch = tasks.length > 1;
  const named = tasks.slice(0, mostNamed).map(({ key }) => key.slice(0, keyLetters));
  const names = isShared ? '' : ` (${tasks.length > mostNamed ? 'among them ' : ''}${named.join(', ')})`;
  const ran = isBatch ? `a batch of ${tasks.length} tasks of kind ${kind}${names}` : kind;
  const { peakMib, lines } = last ?? { peakMib: null, lines: [] };
  const memory = peakMib === null ? [] : [`held ${peakMib} MiB of memory at most`];
  const isTold = lines.length > 0 && !(isBatch && isShared);
  const words = isTold ? [`wrote last "${lines.join(' | ')}"${isBatch ? ', which may be of any of them' : ''}`] : [];
  const said = [...memory, ...words].join(' and ');
  return `The process that ran ${ran} died (${how}); it ${said === '' ? '' : `${said}, and `}is tried again.`;
}
