import type { Generator } from '@filmwright/contracts';
import type { ShelvedModel } from '../models/model-shelf.ts';
import { diffusionPipeline } from './diffusion-model-of.ts';

/** What models in the layout of diffusers are asked for where neither film nor card says. */
const usual = { side: 512, multipleOf: 64, steps: 25, guidance: 7.5, rate: 8 } as const;

/** What a model on the shelf can be asked to draw; null for one that this engine does not run. Nothing is tried. */
export function generatorOf({ card, ref }: Pick<ShelvedModel, 'card' | 'ref'>): Omit<Generator, 'stepMs'> | null {
  const { processing, limits, capability, also = [] } = card;
  if (card.engine !== 'onnx' || processing.type !== 'pipeline' || processing.pipeline !== diffusionPipeline) return null;
  const { settings } = processing;
  const number = (value: unknown, otherwise: number): number => (typeof value === 'number' && Number.isFinite(value) ? value : otherwise);
  const width = limits?.widthPx ?? usual.side;
  const height = limits?.heightPx ?? usual.side;
  return {
    ref,
    capabilities: [capability, ...also],
    ...{ width, height },
    multipleOf: Math.min(limits?.multipleOfPx ?? usual.multipleOf, width, height),
    frames: limits?.frames ?? 1,
    rate: limits?.fps ?? number(settings['fps'], usual.rate),
    loops: settings['loops'] === true,
    abstract: card.builtIn === true && card.draws === 'abstract',
    steps: Math.max(1, Math.round(number(settings['steps'], usual.steps))),
    guidance: Math.max(0, number(settings['guidance'], usual.guidance)),
  };
}
