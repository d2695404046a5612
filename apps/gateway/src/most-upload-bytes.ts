import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyRequest } from 'fastify';
import type { GatewayParts } from './gateway-parts.ts';

const gibibyte = 1024 ** 3;
/** What runners make and bring, fonts, masters, is bounded by this alone: the cap for users must not keep runners from joining. */
const mostRunnerBytes = 256 * gibibyte;

/** The largest upload that is taken of whoever asks, in bytes. */
export function mostUploadBytes(
  { fromRunner }: Pick<FastifyRequest, 'fromRunner'>,
  { maxUploadBytes }: Pick<GatewayParts, 'maxUploadBytes'>,
): number {
  return fromRunner ? Math.max(maxUploadBytes, mostRunnerBytes) : maxUploadBytes;
}

/** The refusal of an upload that has more. */
export function uploadTooLarge(bytes: number, most: number): FilmwrightError {
  return new FilmwrightError(
    'media-too-large',
    `The upload has ${bytes} bytes; at most ${most} are taken. Make it smaller, or raise FILMWRIGHT_MAX_UPLOAD_BYTES.`,
  );
}
