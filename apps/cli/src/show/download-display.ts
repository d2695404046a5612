import { barLine, lengthOf } from './progress-display.ts';
import { sizeText } from './size-text.ts';

/** How far a download is, as the runner's program tells it. */
export type DownloadProgress = {
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
  readonly leftMs: number | null;
};

/** `1.2 GB of 4.5 GB  35 MB/s  about 2 min left  unet/model.onnx` */
export function downloadLine({ file, doneBytes, totalBytes, bytesPerSecond, leftMs }: DownloadProgress): string {
  const of = totalBytes === null ? '' : ` of ${sizeText(totalBytes)}`;
  const left = leftMs === null ? [] : [`about ${lengthOf(leftMs)} left`];
  return [`${sizeText(doneBytes)}${of}`, `${sizeText(bytesPerSecond)}/s`, ...left, file].join('  ');
}

/** Shows a download on `stream`: one line that is drawn over on a terminal, a line per tenth elsewhere; nothing when `silent`. */
export function downloadDisplay(stream: NodeJS.WriteStream, { silent }: { readonly silent: boolean }) {
  let last = '';
  return {
    show: (value: unknown): void => {
      if (silent) return;
      const progress = value as DownloadProgress;
      const percent = progress.totalBytes ? (progress.doneBytes * 100) / progress.totalBytes : 0;
      const text = downloadLine(progress);
      if (stream.isTTY) {
        stream.write(`\r\u001b[2K${barLine({ percent, text, columns: stream.columns ?? 80 })}`);
        return;
      }
      const mark = progress.totalBytes === null ? sizeText(progress.doneBytes) : String(Math.floor(percent / 10));
      if (mark !== last) stream.write(`${text}\n`);
      last = mark;
    },
    end: (): void => {
      if (!silent && stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}
