import type { Build, Progress, Stage } from '@filmwright/contracts';

/** Shows a build while it runs: one line that is drawn over on a terminal, a plain line per stage and tenth elsewhere. */
export type ProgressDisplay = { readonly show: (build: Build) => void; readonly end: () => void };

const names: Readonly<Record<Stage, string>> = {
  read: 'Reading',
  speak: 'Speaking',
  prepare: 'Cutting out',
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
      show: ({ progress }) => {
        const mark = `${progress.stage} ${Math.floor(progress.percent / 10)}`;
        if (mark !== last) stream.write(`${plainLine(progress)}\n`);
        last = mark;
      },
      end: () => {},
    };
  }
  return {
    show: ({ progress }) => {
      const line = barLine(progress, stream.columns ?? 80);
      if (line !== last) stream.write(`\r\u001b[2K${line}`);
      last = line;
    },
    end: () => stream.write('\r\u001b[2K'),
  };
}

/** `Composing  shot 3  42 %  about 12 s left  (9 of 31 tasks)` */
export function plainLine(progress: Progress): string {
  const { tasks } = progress;
  const parts = [
    names[progress.stage],
    ...(progress.shot === null ? [] : [`shot ${progress.shot + 1}`]),
    `${Math.floor(progress.percent)} %`,
    ...(progress.leftMs === null ? [] : [`about ${lengthOf(progress.leftMs)} left`]),
    `(${tasks.done} of ${tasks.total} tasks)`,
  ];
  return parts.join('  ');
}

function barLine(progress: Progress, columns: number): string {
  const text = plainLine(progress);
  const width = Math.max(0, Math.min(30, columns - text.length - 4));
  const full = Math.round((progress.percent / 100) * width);
  return width < 8 ? text.slice(0, columns - 1) : `${'█'.repeat(full)}${'░'.repeat(width - full)}  ${text}`;
}

/** Milliseconds for people: `8 s`, `3 min 20 s`. */
export function lengthOf(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
}
