import { type BatchProgress, batchProgress, type Pace } from '../rows/batch-progress.ts';
import type { Batch } from '../rows/read-batch.ts';
import type { RowRun } from '../rows/run-batch.ts';
import { barLine, lengthOf, stageLine } from './progress-display.ts';
import { issueText } from './show-problem.ts';

/** Shows a batch while it runs: on a terminal one line for the whole and one for each row at work, drawn over; elsewhere a line for each row that ends. */
export type RowsDisplay = { readonly changed: (run: RowRun) => void; readonly end: () => void };

export type ShowRows = {
  readonly stream: NodeJS.WriteStream;
  readonly silent: boolean;
  readonly runs: () => readonly RowRun[];
  readonly of: Batch['of'];
  /** What became of a row that ended well, such as `made`. */
  readonly done: string;
};

const redrawMs = 100;

/** A display of a batch. */
export function rowsDisplay({ stream, silent, runs, of, done }: ShowRows): RowsDisplay {
  if (silent) return { changed: () => {}, end: () => {} };
  const told = new Set<RowRun>();
  let pace: Pace = { made: 0, firstEndMs: 0, lastEndMs: 0 };
  let drawn = 0;
  let drawnMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const progress = (): BatchProgress => batchProgress(runs(), pace);
  const erase = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\r\u001b[J`);
  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = wholeLines(progress(), { of, columns: stream.columns ?? 80, rows: stream.rows ?? 24 });
    stream.write(`${erase()}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
    drawnMs = performance.now();
  };
  const say = (text: string): void => {
    stream.write(`${erase()}${text}\n`);
    drawn = 0;
  };

  return {
    changed(run) {
      const ended = run.state === 'succeeded' || run.state === 'failed' || run.state === 'cancelled';
      if (ended && !told.has(run)) {
        told.add(run);
        const nowMs = performance.now();
        if (run.state === 'succeeded')
          pace = { made: pace.made + 1, firstEndMs: pace.made === 0 ? nowMs : pace.firstEndMs, lastEndMs: nowMs };
        if (run.state === 'failed' || (run.state === 'succeeded' && !stream.isTTY)) say(endedLine(run, { of, done, progress: progress() }));
      }
      if (!stream.isTTY) return;
      if (performance.now() - drawnMs >= redrawMs) draw();
      else timer ??= setTimeout(draw, redrawMs);
    },
    end() {
      clearTimeout(timer);
      if (drawn > 0) stream.write(erase());
      drawn = 0;
    },
  };
}

type Ended = { readonly of: Batch['of']; readonly done: string; readonly progress: BatchProgress };

/** `row 3  aurora-night  made in 6 s (18 tasks run, 34 reused)  2 of 20, 12 %, about 1 min left` */
function endedLine(run: RowRun, { of, done, progress }: Ended): string {
  const tasks = run.progress?.tasks ?? { run: 0, reused: 0 };
  const counted = `${progress.ended} of ${progress.total}, ${Math.floor(progress.percent)} %`;
  const left = leftText(progress)
    .map((text) => `, ${text}`)
    .join('');
  const how = run.state === 'succeeded' ? `${done} in ${lengthOf(run.wallMs)} (${tasks.run} tasks run, ${tasks.reused} reused)` : run.state;
  const issues = run.state === 'failed' ? (run.problem?.issues ?? []) : [];
  const why = run.state === 'failed' && issues.length === 0 ? `: ${run.problem?.detail ?? ''}` : '';
  return [`${labelOf(run, { of })}  ${how}${why}  ${counted}${left}`, ...issues.map(issueText)].join('\n');
}

type Label = { readonly of: Batch['of']; readonly digits?: number; readonly width?: number };

/** What a film of a batch is called while it is made: `row 3  aurora-night`, with its shape where a film has several. */
function labelOf({ row: { number, name, shape } }: RowRun, { of, digits = 0, width = 0 }: Label): string {
  const aspect = shape === undefined ? [] : [shape.aspect.padEnd(4)];
  if (of === 'shapes') return aspect.join();
  const cut = width > 0 && name.length > width ? `${name.slice(0, width - 1)}…` : name.padEnd(width);
  return [`row ${String(number).padStart(digits)}`, cut, ...aspect].join('  ');
}

type Room = { readonly of: Batch['of']; readonly columns: number; readonly rows: number };

function wholeLines(progress: BatchProgress, { of, columns, rows }: Room): readonly string[] {
  const whole = [`${progress.ended} of ${progress.total} films`, `${Math.floor(progress.percent)} %`, ...leftText(progress)].join('  ');
  const shown = progress.running.slice(0, Math.max(1, Math.min(8, rows - 4)));
  const digits = Math.max(...shown.map((run) => String(run.row.number).length), 0);
  const width = Math.min(28, Math.max(...shown.map((run) => run.row.name.length), 0));
  return [
    barLine({ percent: progress.percent, text: whole, columns }),
    ...shown.map((run) => {
      const doing = run.progress === null ? 'Sending files' : (run.waits ?? stageLine(run.progress));
      return `  ${labelOf(run, { of, digits, width })}  ${doing}`.slice(0, columns - 1);
    }),
  ];
}

function leftText({ leftMs, ended, total }: BatchProgress): readonly string[] {
  return leftMs === null || ended === total ? [] : [`about ${lengthOf(Math.max(1000, leftMs))} left`];
}
