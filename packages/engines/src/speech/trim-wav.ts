import { readFile, rename, writeFile } from 'node:fs/promises';
import { FilmwrightError } from '@filmwright/contracts';

/** Silence left before and after speech. */
const keepMs = { before: 40, after: 60 };
const silentLevel = 0.004;

export type Wav = { readonly samples: Int16Array; readonly sampleRate: number };
export type Trimmed = { readonly samples: number; readonly sampleRate: number; readonly cutMs: number };

/** Cuts long silence off both ends of a 16-bit mono WAV file; `cutMs` is what went from its start. */
export async function trimWav(path: string): Promise<Trimmed> {
  const { samples, sampleRate } = readWav(await readFile(path));
  const level = silentLevel * 32768;
  let first = samples.findIndex((sample) => Math.abs(sample) > level);
  let last = samples.findLastIndex((sample) => Math.abs(sample) > level);
  if (first < 0) throw new FilmwrightError('speech-unavailable', 'The speech program said nothing that can be heard.', { retryable: true });
  first = Math.max(0, first - Math.round((keepMs.before * sampleRate) / 1000));
  last = Math.min(samples.length - 1, last + Math.round((keepMs.after * sampleRate) / 1000));
  const kept = samples.slice(first, last + 1);
  await writeFile(`${path}.part`, writeWav({ samples: kept, sampleRate }));
  await rename(`${path}.part`, path);
  return { samples: kept.length, sampleRate, cutMs: (first * 1000) / sampleRate };
}

/** The samples of a 16-bit mono PCM WAV file. */
export function readWav(bytes: Buffer): Wav {
  let sampleRate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    if (name === 'fmt ') {
      if (bytes.readUInt16LE(at + 10) !== 1 || bytes.readUInt16LE(at + 22) !== 16) break;
      sampleRate = bytes.readUInt32LE(at + 12);
    } else if (name === 'data' && sampleRate > 0) {
      const end = Math.min(bytes.length, at + 8 + length);
      const data = Uint8Array.prototype.slice.call(bytes, at + 8, end - ((end - at - 8) % 2));
      return { samples: new Int16Array(data.buffer, data.byteOffset, data.length / 2), sampleRate };
    }
    at += 8 + length + (length % 2);
  }
  throw new FilmwrightError('program-failed', 'The speech program wrote no 16-bit mono WAV file.');
}

/** A 16-bit mono PCM WAV file. */
export function writeWav({ samples, sampleRate }: Wav): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}
