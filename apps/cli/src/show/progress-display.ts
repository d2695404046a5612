import type { Build, Progress, Stage } from '@filmwright/contracts';
import { waitText } from '@filmwright/core/wait/wait-text';

/** Shows a build while it runs: one line that is drawn over on a terminal, a plain line per stage and tenth elsewhere. */
export type ProgressDisplay = { readonly show: (build: Build) => void; readonly end: () => void };

const names: Readonly<Record<Stage, string>> = {
  read: 'Reading',
  speak: 'Speaking',
  prepare: 'Preparing pictures',
  picture: 'Composing',
  sound: 'Mixing',
  finish: 'Finishing',
};

/** A display on `stream`; nothing at all when `silent`. */
export function progressDisplay(stream: NodeJS.WriteStream, { silent }: { readonly silent: boolean }): ProgressDisplay {
  if (silent) return { show: () => {}, end: () => {} };
  let last = '';
  if (!stream.isTTY) {
    return {
      show: (build) => {
        const { progress } = build;
        const wait = waitLine(build, Date.now());
        // Times and places in the line change all the while; the kind of a reason is told once.
        const why = wait === null ? null : (build.waits ?? build.waiting?.reasons[0]?.reason ?? '').replace(/\d+/g, '');
        const mark = why ?? `${progress.stage} ${Math.floor(progress.percent / 10)}`;
        if (mark !== last) stream.write(`${wait ?? plainLine(progress)}\n`);
        last = mark;
      },
      end: () => {},
    };
  }
  return {
    show: (build) => {
      const { progress } = build;
      const text = waitLine(build, Date.now()) ?? plainLine(progress);
      const line = barLine({ percent: progress.percent, text, columns: stream.columns ?? 80 });
      if (line !== last) stream.write(`\r\u001b[2K${line}`);
      last = line;
    },
    end: () => stream.write('\r\u001b[2K'),
  };
}

/** Why a build does not go on just now, in one line; null while it does. `nowMs` is milliseconds since the epoch. */
export function waitLine({ waits, waiting }: Pick<Build, 'waits' | 'waiting'>, nowMs: number): string | null {
  const text = waits ?? waitText(waiting, (iso) => Date.parse(iso) - nowMs);
  return text === null ? null : `Waiting: ${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

/** `Composing  shot 3  42 %  about 12 s left  (9 of 31 tasks)` */
export function plainLine(progress: Progress): string {
  const left = progress.leftMs === null ? [] : [`about ${lengthOf(progress.leftMs)} left`];
  return [stageLine(progress), ...left, `(${progress.tasks.done} of ${progress.tasks.total} tasks)`].join('  ');
}

/** `Composing  shot 3  42 %` */
export function stageLine({ stage, shot, percent }: Progress): string {
  return [names[stage], ...(shot === null ? [] : [`shot ${shot + 1}`]), `${Math.floor(percent)} %`].join('  ');
}

/** A bar before a text, as long as the line has room for; none on a narrow terminal. */
export function barLine({ percent, text, columns }: { readonly percent: number; readonly text: string; readonly columns: number }): string {
  const width = Math.max(0, Math.min(30, columns - text.length - 4));
  const full = Math.round((percent / 100) * width);
  return width < 8 ? text.slice(0, columns - 1) : `${'█'.repeat(full)}${'░'.repeat(width - full)}  ${text}`;
}

/** Milliseconds for people: `8 s`, `3 min 20 s`. */
export function lengthOf(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
}
