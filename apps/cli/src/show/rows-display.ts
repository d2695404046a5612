import { type BatchProgress, batchProgress, type Pace } from '../rows/batch-progress.ts';
import type { RowRun } from '../rows/run-batch.ts';
import { barLine, lengthOf, stageLine } from './progress-display.ts';
import { issueText } from './show-problem.ts';

/** Shows a batch while it runs: on a terminal one line for the whole and one for each row at work, drawn over; elsewhere a line for each row that ends. */
export type RowsDisplay = { readonly changed: (run: RowRun) => void; readonly end: () => void };

export type ShowRows = {
  readonly stream: NodeJS.WriteStream;
  readonly silent: boolean;
  readonly runs: () => readonly RowRun[];
  /** What became of a row that ended well, such as `made`. */
  readonly done: string;
};

const redrawMs = 100;

/** A display of a batch. */
export function rowsDisplay({ stream, silent, runs, done }: ShowRows): RowsDisplay {
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
    const lines = wholeLines(progress(), { columns: stream.columns ?? 80, rows: stream.rows ?? 24 });
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
        if (run.state === 'failed' || (run.state === 'succeeded' && !stream.isTTY)) say(endedLine(run, { done, progress: progress() }));
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

/** `row 3  aurora-night  made in 6 s (18 tasks run, 34 reused)  2 of 20, 12 %, about 1 min left` */
export function endedLine(run: RowRun, { done, progress }: { readonly done: string; readonly progress: BatchProgress }): string {
  const { number, name } = run.row;
  const tasks = run.progress?.tasks ?? { run: 0, reused: 0 };
  const counted = `${progress.ended} of ${progress.total}, ${Math.floor(progress.percent)} %`;
  const left = leftText(progress)
    .map((text) => `, ${text}`)
    .join('');
  const how = run.state === 'succeeded' ? `${done} in ${lengthOf(run.wallMs)} (${tasks.run} tasks run, ${tasks.reused} reused)` : run.state;
  const issues = run.state === 'failed' ? (run.problem?.issues ?? []) : [];
  const why = run.state === 'failed' && issues.length === 0 ? `: ${run.problem?.detail ?? ''}` : '';
  return [`row ${number}  ${name}  ${how}${why}  ${counted}${left}`, ...issues.map(issueText)].join('\n');
}

function wholeLines(progress: BatchProgress, { columns, rows }: { readonly columns: number; readonly rows: number }): readonly string[] {
  const whole = [`${progress.ended} of ${progress.total} films`, `${Math.floor(progress.percent)} %`, ...leftText(progress)].join('  ');
  const shown = progress.running.slice(0, Math.max(1, Math.min(8, rows - 4)));
  const digits = Math.max(...shown.map((run) => String(run.row.number).length), 0);
  const width = Math.min(28, Math.max(...shown.map((run) => run.row.name.length), 0));
  return [
    barLine({ percent: progress.percent, text: whole, columns }),
    ...shown.map((run) => {
      const name = run.row.name.length > width ? `${run.row.name.slice(0, width - 1)}…` : run.row.name.padEnd(width);
      const doing = run.progress === null ? 'Sending files' : stageLine(run.progress);
      return `  row ${String(run.row.number).padStart(digits)}  ${name}  ${doing}`.slice(0, columns - 1);
    }),
  ];
}

function leftText({ leftMs, ended, total }: BatchProgress): readonly string[] {
  return leftMs === null || ended === total ? [] : [`about ${lengthOf(Math.max(1000, leftMs))} left`];
}
