import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Generator, Output, Payload, TaskKind } from '@filmwright/contracts';
import { generatedLayers } from './generate-layers.ts';
import { moveOf } from './motion.ts';
import type { Ask, Planner } from './planner.ts';
import type { VisualInput } from './visual-input.ts';

const generator: Generator = {
  ...{ ref: 'tiny@1', capabilities: ['text-to-video'], width: 112, height: 112, multipleOf: 16, frames: 8, rate: 4 },
  ...{ loops: true, steps: 16, guidance: 2.5, stepMs: 8 },
};

/** Plans a drawn clip of four seconds that is made larger and smooth, with what is there of each kind of task. */
function planned(there: readonly TaskKind[]) {
  const asks = new Map<string, { readonly kind: TaskKind; readonly estimateMs: number; readonly payload: unknown }>();
  const size = ({ width, height }: { readonly width: number; readonly height: number }, by = 1) => ({
    width: width * by,
    height: height * by,
  });
  const answer = (kind: TaskKind, payload: unknown): unknown => {
    if (kind === 'generate') {
      const { frames, rate, ...said } = payload as Payload<'generate'>;
      return { frames: frames + 1, rate, ...size(said), notices: [] } satisfies Partial<Output<'generate'>>;
    }
    return kind === 'upscale-clip' ? size({ width: 112, height: 64 }, (payload as Payload<'upscale-clip'>).factor) : {};
  };
  const ask = ({ address, kind, estimateMs, payload }: Ask<TaskKind>) => {
    asks.set(address, { kind, estimateMs, payload });
    if (payload === undefined || !there.includes(kind)) return undefined;
    return { asset: { digest: address }, credit: { name: kind }, ...Object(answer(kind, payload)) };
  };
  const visual = { generate: { prompt: 'waves' }, fit: 'cover', interpolate: true, upscale: 'auto' } as const;
  const input = {
    ...{ film: { format: { fps: 30 } }, shot: { id: 's', visual }, index: 0, address: 'shot/s', size: { width: 1280, height: 720 } },
    ...{ untilFrame: 120, models: [], modelsFor: { interpolation: ['rife@1'], upscaling: ['quick@1'] }, generators: [generator] },
    ...{ planner: { ask } as unknown as Planner, allTakes: false },
  } as unknown as VisualInput;
  const layers = generatedLayers(input, {
    visual: { ...visual, focus: undefined } as never,
    move: moveOf('none', { fallback: 'none', focus: undefined }),
    held: false,
  });
  return { asks, layers };
}

test('all that is made of a drawn clip is foreseen with its work before it is drawn, so that progress never falls back', () => {
  const rounds = [[], ['generate'], ['generate', 'upscale-clip'], ['generate', 'upscale-clip', 'interpolate']] as const;
  const [first, ...later] = rounds.map((there) => planned(there));
  const workOf = (round: typeof first) => [...(round?.asks ?? [])].map(([address, { kind, estimateMs }]) => [address, kind, estimateMs]);
  assert.deepEqual(
    workOf(first).map(([address]) => address),
    ['shot/s/generate/1', 'shot/s/upscale/0', 'shot/s/between/0'],
  );
  for (const round of later) assert.deepEqual(workOf(round), workOf(first));
  assert.deepEqual(
    [first, ...later].map((round) => round?.layers !== undefined),
    [false, false, false, true],
  );
});

test('only the frames that were drawn are made larger, and what lies between is drawn from those', () => {
  const { asks } = planned(['generate', 'upscale-clip', 'interpolate']);
  const large = asks.get('shot/s/upscale/0')?.payload as Payload<'upscale-clip'>;
  assert.deepEqual([large.clip, large.firstFrame, large.frames, large.rate, large.factor], ['shot/s/generate/1', 0, 9, 4, 4]);
  const between = asks.get('shot/s/between/0')?.payload as Payload<'interpolate'>;
  const { clip, first, step, parts, frames, fps, shrink } = between;
  assert.deepEqual([clip, first, step, parts, frames, fps, shrink], ['shot/s/upscale/0', 0, 2, 15, 60, 30, 2]);
});
