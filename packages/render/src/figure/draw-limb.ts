import type { LimbShape } from '@filmwright/contracts';
import { type LimbSample, limbBand, limbEdges, limbOutline, limbSteps } from '@filmwright/core/figure/limb-outline';
import type { Context, Path } from '../paint/canvas.ts';
import { withAlpha } from '../paint/color.ts';
import { finePath, fineSteps, polygonPath } from './shape-path.ts';
import { thinLimb } from './thin-limb.ts';

type DrawLimb = {
  readonly samples: readonly LimbSample[];
  readonly colorOf: (name: string) => string;
  /** Unit vector to the light, in rig units. */
  readonly light: readonly [number, number];
};

/** Depths of the bands that build up the soft shade of a limb, and the opacity of each. */
const shadeDepths = [0.9, 0.8, 0.69, 0.58, 0.47, 0.37, 0.27, 0.17];
const shadeAlpha = 0.122;
const lightDepths = [0.32, 0.24, 0.16, 0.08];
const lightAlpha = 0.15;

/** Place along a limb from which its edge is drawn. */
const edgeStart = 0.035;
/** In rig units. */
const edgeWidth = 1.8;

/** Draws a limb with its shade, lit edge and creases, the context being in rig units; gives the outline of one that has an id. */
export function drawLimb(context: Context, shape: LimbShape, { samples, colorOf, light }: DrawLimb): Path | null {
  const { samples: thin, edges } = thinLimb(samples, limbEdges(samples));
  const outline = limbOutline(edges);
  context.save();
  context.scale(1 / fineSteps, 1 / fineSteps);
  context.fillStyle = colorOf(shape.fill);
  context.fill(finePath([outline]));
  const band = (color: string | undefined, towards: readonly [number, number], depths: readonly number[], alpha: number): void => {
    if (color === undefined) return;
    context.fillStyle = withAlpha(colorOf(color), alpha);
    for (const depth of depths) context.fill(finePath(limbBand(thin, { edges, light: towards, depth })));
  };
  band(shape.shade, [-light[0], -light[1]], shadeDepths, shadeAlpha);
  band(shape.light, light, lightDepths, lightAlpha);
  if (shape.edge !== undefined) {
    context.fillStyle = withAlpha(colorOf(shape.edge), 0.42);
    context.fill(finePath(edges.map((edge) => edgeLine(edge, thin))));
  }
  context.restore();
  if (shape.folds !== undefined) drawFolds(context, { samples, color: colorOf(shape.folds) });
  return shape.id === undefined ? null : polygonPath(outline);
}

/** A thin line along an edge, not over the round start where a sleeve grows out of the shoulder. It is filled: a long stroke takes many times longer. */
function edgeLine(edge: readonly (readonly [number, number])[], samples: readonly LimbSample[]): readonly (readonly [number, number])[] {
  const first = samples.findIndex(({ share }) => share > edgeStart);
  const inner = edge.map(([x, y], index) => {
    const { at, half } = samples[index] as LimbSample;
    const share = edgeWidth / Math.max(half, edgeWidth);
    return [x + (at[0] - x) * share, y + (at[1] - y) * share] as const;
  });
  return [...edge.slice(first), ...inner.slice(first).reverse()];
}

/** Creases run from the inner side of each bend towards the middle, the stronger the sharper the limb is bent. */
function drawFolds(context: Context, { samples, color }: { readonly samples: readonly LimbSample[]; readonly color: string }): void {
  const first = samples.findIndex((sample, index) => samples[index + 1]?.share !== sample.share);
  const bones = Math.floor((samples.length - 1 - first) / limbSteps);
  for (let bone = 1; bone < bones; bone++) {
    const middle = samples[first + bone * limbSteps] as LimbSample;
    const before = samples[first + bone * limbSteps - 13] as LimbSample;
    const after = samples[first + bone * limbSteps + 13] as LimbSample;
    const turn = before.normal[0] * after.normal[1] - before.normal[1] * after.normal[0];
    const sharpness = Math.min(1, Math.max(0, Math.abs(turn) - 0.1) * 1.6);
    if (sharpness === 0) continue;
    const inner = turn > 0 ? -1 : 1;
    const { at, normal, half } = middle;
    const along: readonly [number, number] = [-normal[1], normal[0]];
    context.fillStyle = withAlpha(color, 0.5 * sharpness);
    for (const [start, end, reach] of [
      [-0.1, -0.62, 0.75],
      [0.12, 0.7, 0.6],
      [0.02, 0.06, 1],
    ] as const) {
      const from = [
        at[0] + normal[0] * inner * half * 0.985 + along[0] * half * start,
        at[1] + normal[1] * inner * half * 0.985 + along[1] * half * start,
      ] as const;
      const to = [
        from[0] - normal[0] * inner * half * 1.15 * reach + along[0] * half * (end - start),
        from[1] - normal[1] * inner * half * 1.15 * reach + along[1] * half * (end - start),
      ] as const;
      const bow = half * 0.14;
      context.beginPath();
      context.moveTo(from[0] - along[0] * bow * 0.6, from[1] - along[1] * bow * 0.6);
      context.quadraticCurveTo((from[0] + to[0]) / 2 + along[0] * bow, (from[1] + to[1]) / 2 + along[1] * bow, to[0], to[1]);
      context.quadraticCurveTo(
        (from[0] + to[0]) / 2 + along[0] * bow * 1.6,
        (from[1] + to[1]) / 2 + along[1] * bow * 1.6,
        from[0] + along[0] * bow,
        from[1] + along[1] * bow,
      );
      context.fill();
    }
  }
}
