import { createReadStream } from 'node:fs';
import { FilmwrightError } from '@filmwright/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import { checkDigest } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { createProgramArchive } from './program-archive.ts';
import { runnerScript } from './runner-script.ts';
import { sendBytes } from './send-bytes.ts';

type ProgramParts = Pick<GatewayParts, 'programRoot' | 'programFolder' | 'publicUrl' | 'keyPin'>;

/** The program of a runner, and the script that brings it to a machine. They hold no secret: what lets a machine in is the token that it is told. */
export function addProgramRoutes(app: FastifyInstance, { programRoot, programFolder, publicUrl, keyPin }: ProgramParts): void {
  const archive = createProgramArchive({ root: programRoot, folder: programFolder });
  /** As who asks reached this gateway: at its public address, or on its own machine and through tunnels. */
  const addressFor = ({ headers: { host = '' } }: FastifyRequest): { readonly url: string; readonly keyPin: string | null } => {
    const url = publicUrl();
    return url !== null && new URL(url).host === host.toLowerCase() ? { url, keyPin: keyPin() } : { url: `http://${host}`, keyPin: null };
  };
  addRoute(app, {
    name: 'runnerScript',
    handler: async (request, reply) => {
      const { digest } = await archive();
      reply.header('content-type', 'text/x-shellscript; charset=utf-8').header('cache-control', 'no-store');
      return runnerScript(programRoot, { ...addressFor(request), programHex: digest.slice('sha256-'.length) });
    },
  });
  addRoute(app, {
    name: 'program',
    handler: async (request, reply) => {
      const wanted = checkDigest(paramOf(request, 'digest'));
      const { digest, bytes, path } = await archive();
      if (digest !== wanted)
        throw new FilmwrightError('not-found', `This gateway is not of the program ${wanted} but of ${digest}. Fetch /runner.sh anew.`);
      return sendBytes(
        { request, reply },
        {
          ...{ digest, bytes, mediaType: 'application/gzip', disposition: 'attachment' },
          cacheControl: 'public, max-age=31536000, immutable',
          open: (range) => createReadStream(path, range),
        },
      );
    },
  });
}
