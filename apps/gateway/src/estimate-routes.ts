import { type Estimate, estimateRequestSchema } from '@filmwright/contracts';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import { checkInput } from './check-input.ts';
import { createEstimator } from './estimator.ts';
import { checkStorable } from './film-outline.ts';
import { checkPaths } from './film-routes.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { Price } from './read-config.ts';

const maxBodyBytes = 64 * 1024 ** 2;
const hourMs = 3_600_000;

/** What making a film would take, told before anything is made. */
export function addEstimateRoutes(app: FastifyInstance, parts: GatewayParts): void {
  const { price } = parts;
  const estimator = createEstimator(parts.records);
  app.addHook('onClose', () => estimator.close());
  addRoute(app, {
    name: 'estimate',
    bodyLimit: maxBodyBytes,
    handler: async (request): Promise<Estimate> => {
      const { document, files } = checkInput(estimateRequestSchema, request.body);
      checkStorable(document);
      checkPaths(files);
      const estimate = await estimator.estimate({ workspaceId: request.workspaceId, document, files });
      return { ...estimate, cost: price === null ? null : costOf(estimate, price) };
    },
  });
}

/** To the hundredth of a cent. */
function costOf({ slotMs, gpuMs }: Pick<Estimate, 'slotMs' | 'gpuMs'>, price: Price): Estimate['cost'] {
  const amount = (slotMs * price.perHour + gpuMs * price.perGpuHour) / hourMs;
  return { amount: Math.round(amount * 10_000) / 10_000, currency: price.currency };
}
