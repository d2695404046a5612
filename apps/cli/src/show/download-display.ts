import type { ModelProgress } from '@filmwright/contracts';
import { barLine, lengthOf } from './progress-display.ts';
import { sizeText } from './size-text.ts';

/** `1.2 GB of 4.5 GB  35 MB/s  about 2 min left  unet/model.onnx` */
export function downloadLine({ file, doneBytes, totalBytes, bytesPerSecond, leftMs }: ModelProgress): string {
  const of = totalBytes === null ? '' : ` of ${sizeText(totalBytes)}`;
  const left = leftMs === null ? [] : [`about ${lengthOf(leftMs)} left`];
  return [`${sizeText(doneBytes)}${of}`, `${sizeText(bytesPerSecond)}/s`, ...left, file].join('  ');
}

/** Shows a download on `stream`: one line that is drawn over on a terminal, a line per tenth elsewhere; nothing when `silent`. */
export function downloadDisplay(stream: NodeJS.WriteStream, { silent }: { readonly silent: boolean }) {
  let last = '';
  return {
    show: (progress: ModelProgress): void => {
      if (silent) return;
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
