// The thread that does a cut-out's arithmetic, so that the thread that talks to the outside stays free.
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { answerRequests } from './asking-thread.ts';
import { cutWithMask } from './cut-with-mask.ts';
import { alphaPlane, cleanHiddenColour, hasOwnAlpha } from './own-alpha.ts';
import { boxAbove, type Picture } from './picture.ts';
import type { PictureDeskAnswer, PictureDeskRequest, WrittenPicture } from './picture-desk.ts';
import { decodePng, encodePng } from './png.ts';
import { resizePicture } from './resample.ts';

const MAX_PIXELS = 8_000_000;
/** Alpha above which a pixel counts for the box around the subject. */
const SEEN = 8 / 255;
let picture: Picture | undefined;

function limitSize(whole: Picture): Picture {
  const scale = Math.sqrt(MAX_PIXELS / (whole.width * whole.height));
  return scale >= 1 ? whole : resizePicture(whole, Math.floor(whole.width * scale), Math.floor(whole.height * scale));
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function write(outPath: string, cut: Picture): Promise<WrittenPicture> {
  await writeWhole(outPath, await encodePng(cut));
  const alpha = alphaPlane(cut);
  const coverage = alpha.data.reduce((sum, value) => sum + value, 0) / alpha.data.length;
  return { width: cut.width, height: cut.height, bbox: boxAbove(alpha, SEEN), coverage };
}

async function handle(request: PictureDeskRequest): Promise<PictureDeskAnswer> {
  if (request.kind === 'read') {
    picture = limitSize(await decodePng(await readFile(request.picturePath)));
    return { kind: 'read', picture, ownAlpha: hasOwnAlpha(picture) };
  }
  if (!picture) throw new Error('No picture was read.');
  if (request.kind === 'keep') return { kind: 'written', written: await write(request.outPath, cleanHiddenColour(picture)) };
  const { mask, times, blurCells } = request;
  const { cut } = cutWithMask({ picture, times, mask, blurCells });
  return { kind: 'written', written: await write(request.outPath, cut) };
}

answerRequests(handle);
