import type { ModelCard } from '@filmwright/contracts';
import { diffusionPipeline } from './diffusion/diffusion-model-of.ts';
import { betweenPipeline } from './interpolate/interpolation-card.ts';
import { isEnlarger } from './upscale/upscale-pictures.ts';

const pipelines: readonly string[] = [diffusionPipeline, betweenPipeline];

/** Why no engine of this version runs a model, as the end of a sentence about it; null where one does. Its card alone decides, nothing is tried. */
export function noEngine({
  engine,
  servers = [],
  capability,
  processing,
}: Pick<ModelCard, 'engine' | 'servers' | 'capability' | 'processing'>): string | null {
  if (engine === 'server') return `it wants ${servers.join(' or ') || 'a model server'}; no engine of this version runs it`;
  if (engine === 'sherpa-onnx') return capability === 'speech' ? null : `no engine of this version runs sherpa-onnx for ${capability}`;
  switch (processing.type) {
    case 'own':
      return 'no engine of this version runs it, since its card does not say how a picture or text becomes its input';
    case 'pipeline':
      return pipelines.includes(processing.pipeline) ? null : `no engine of this version runs the pipeline ${processing.pipeline}`;
    case 'labels':
      return capability === 'image-review' ? null : `no engine of this version runs models of labels for ${capability}`;
    case 'picture':
      if (capability === 'matting' || isEnlarger({ capability, processing })) return null;
      return `no engine of this version runs models of pictures for ${capability}${capability === 'upscaling' ? ' whose cards do not say by how much' : ''}`;
  }
}
