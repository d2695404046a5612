import { readFile, writeFile } from 'node:fs/promises';

/** Mono sound: samples in -1..1. */
export type Sound = { readonly samples: Float32Array; readonly sampleRate: number };

/** Writes mono 16-bit PCM (RIFF/WAVE); samples beyond -1..1 are clipped. */
export async function writeWav(path: string, { samples, sampleRate }: Sound): Promise<void> {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.length * 2, 40);
  for (let index = 0; index < samples.length; index += 1) {
    const sample = Math.max(-1, Math.min(1, samples[index] ?? 0));
    bytes.writeInt16LE(Math.round(sample * 32767), 44 + index * 2);
  }
  await writeFile(path, bytes);
}

/** Reads 16-bit PCM RIFF/WAVE, channels mixed to mono; throws on any other form. */
export async function readWav(path: string): Promise<Sound> {
  const bytes = await readFile(path);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') throw new Error(`${path} is no WAVE file`);
  let channels = 1;
  let sampleRate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      if (bytes.readUInt16LE(body + 14) !== 16) throw new Error(`${path} holds ${bytes.readUInt16LE(body + 14)}-bit samples; wanted 16`);
      channels = bytes.readUInt16LE(body + 2);
      sampleRate = bytes.readUInt32LE(body + 4);
    } else if (name === 'data') {
      const end = Math.min(bytes.length, body + length);
      const samples = new Float32Array(Math.floor((end - body) / 2 / channels));
      for (let index = 0; index < samples.length; index += 1) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel += 1) sum += bytes.readInt16LE(body + (index * channels + channel) * 2);
        samples[index] = sum / channels / 32768;
      }
      return { samples, sampleRate };
    }
    at = body + length + (length % 2);
  }
  throw new Error(`${path} holds no sound`);
}
