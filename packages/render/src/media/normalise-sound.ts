import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { convertUpload, foreignInput, probeUpload, type Upload } from './confined-run.ts';
import { throwUnlessOfUpload, uploadFault } from './upload-fault.ts';

export type NormalisedSound = {
  readonly type: 'sound';
  readonly samples: number;
  readonly sampleRate: 48000;
  readonly channels: number;
  readonly outPath: string;
  readonly mediaType: string;
  readonly warnings: readonly string[];
};

const longestHours = 4;
/** Bounds what a cover picture or a clip's frames may cost while the file is looked at. */
const maxPixels = 50_000_000;

/** Makes a sound, or the first sound of a clip, FLAC of 24 bits at 48 kHz in mono or stereo; its samples are counted after decoding. */
export async function normaliseSound(upload: Upload, { is }: { is: string }): Promise<NormalisedSound> {
  const { name, path, outDir } = upload;
  const outPath = join(outDir, 'sound.flac');
  const damaged = (cause: unknown) =>
    uploadFault(name, { wrong: `its ${is} content is damaged or cut off`, wanted: 'a whole sound file', next: 'export it again', cause });
  const probed = await probeUpload(upload, { maxPixels }).catch((error) => {
    throwUnlessOfUpload(error, upload);
    throw damaged(error);
  });
  const stream = probed.streams.find((each) => each.codec_type === 'audio');
  if (stream === undefined)
    throw uploadFault(name, { wrong: 'it holds no sound', wanted: 'a file with a sound stream', next: 'choose another file' });
  if ((probed.durationMs ?? 0) > longestHours * 3_600_000)
    throw uploadFault(name, {
      wrong: `it lasts ${Math.round((probed.durationMs ?? 0) / 60_000)} minutes`,
      wanted: `at most ${longestHours} hours`,
      next: 'cut it',
    });
  const channels = Number(stream.channels) === 1 ? 1 : 2;
  try {
    await convertUpload(upload, {
      purpose: 'reading a sound',
      cpuSeconds: 600,
      maxFileBytes: 8 * 2 ** 30,
      description: {
        inputs: [{ options: { vn: true, ...foreignInput(upload) }, from: { file: path } }],
        outputs: [
          {
            options: {
              map: '0:a:0',
              t: longestHours * 3600,
              ac: channels,
              af: 'aresample=48000:osf=s32',
              'c:a': 'flac',
              bits_per_raw_sample: 24,
              'flags:a': '+bitexact',
              fflags: '+bitexact',
              map_metadata: -1,
              f: 'flac',
            },
            to: { file: outPath },
          },
        ],
      },
    });
  } catch (error) {
    throwUnlessOfUpload(error, upload);
    throw damaged(error);
  }
  const samples = await flacSamples(outPath);
  if (samples === 0)
    throw uploadFault(name, { wrong: 'it holds 0 samples of sound', wanted: 'at least one', next: 'record or export it again' });
  return { type: 'sound', samples, sampleRate: 48000, channels, outPath, mediaType: 'audio/flac', warnings: [] };
}

/** Samples per channel as STREAMINFO counts them: 36 bits that begin in byte 21 of the file (RFC 9639, section 8.2). */
async function flacSamples(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(26);
    const { bytesRead } = await file.read(bytes, 0, 26, 0);
    return bytesRead < 26 ? 0 : ((bytes[21] as number) & 0x0f) * 2 ** 32 + bytes.readUInt32BE(22);
  } finally {
    await file.close();
  }
}
