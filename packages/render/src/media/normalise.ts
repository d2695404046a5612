import { stat } from 'node:fs/promises';
import type { MediaType } from '@filmwright/contracts';
import { describeHead, wantedMedia } from '@filmwright/core/film/media-head';
import { asDiskFull } from '../ffmpeg/disk-full.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { type NormalisedClip, normaliseClip } from './normalise-clip.ts';
import { type FontDescription, type NormalisedFont, normaliseFont } from './normalise-font.ts';
import { type NormalisedLut, normaliseLut } from './normalise-lut.ts';
import { type NormalisedPicture, normalisePicture } from './normalise-picture.ts';
import { type NormalisedRig, normaliseRig } from './normalise-rig.ts';
import { type NormalisedSound, normaliseSound } from './normalise-sound.ts';
import { readHead, type Sniffed, sniff } from './sniff.ts';
import { uploadFault } from './upload-fault.ts';

export type NormaliseUploadOptions = {
  readonly path: string;
  /** The file's name as its owner knows it, for messages only: what it is, its content says. */
  readonly name: string;
  readonly expect: MediaType;
  /** Takes the result; the only folder that the confined programs may write into. */
  readonly outDir: string;
  readonly toolset: Toolset;
  readonly describeFont: (path: string) => FontDescription;
  readonly signal?: AbortSignal | undefined;
};

/** What a file turned out to be, where its safe form lies, and what its owner should know. */
export type NormalisedUpload = NormalisedPicture | NormalisedClip | NormalisedSound | NormalisedFont | NormalisedLut | NormalisedRig;

/** Turns a foreign file into a form that is safe to read, told by its content and parsed only in confinement; fails as media-invalid with what was found and what to do. */
export async function normaliseUpload(options: NormaliseUploadOptions): Promise<NormalisedUpload> {
  try {
    return await normalise(options);
  } catch (error) {
    throw asDiskFull(error, `taking in ${options.name}`);
  }
}

async function normalise(options: NormaliseUploadOptions): Promise<NormalisedUpload> {
  const { path, name, expect, outDir, toolset, signal, describeFont } = options;
  const { size } = await stat(path);
  if (size === 0)
    throw uploadFault(name, { wrong: 'it is empty (0 bytes)', wanted: wantedMedia[expect], next: 'choose or export the file again' });
  if (expect === 'font') return normaliseFont({ path, name, outDir, describeFont });
  if (expect === 'lut') return normaliseLut({ path, name, outDir });
  if (expect === 'rig') return normaliseRig({ path, name, outDir });
  const found = await sniff(path);
  const next = `choose ${wantedMedia[expect].split(' (')[0]} or convert this file`;
  if (found === null) throw uploadFault(name, { wrong: describeHead(await readHead(path)), wanted: wantedMedia[expect], next });
  if (!found.uses.includes(expect)) throw uploadFault(name, { wrong: `its content is ${found.is}`, wanted: wantedMedia[expect], next });
  const upload = { path, name, outDir, toolset, signal, demuxer: found.demuxer };
  return convert(upload, { expect, found });
}

function convert(
  upload: Parameters<typeof normalisePicture>[0],
  { expect, found }: { expect: 'picture' | 'clip' | 'sound'; found: Sniffed },
): Promise<NormalisedUpload> {
  const { is } = found;
  if (expect === 'picture') return normalisePicture(upload, { is });
  return expect === 'clip' ? normaliseClip(upload, { is }) : normaliseSound(upload, { is });
}
