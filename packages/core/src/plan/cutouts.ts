import type { Issue, Output, Report } from '@filmwright/contracts';
import { takenFor } from './choose-cut-out.ts';
import type { PlannedTask } from './planner.ts';

type Cutouts = Report['cutouts'];
type Cut = Pick<Output<'cutout-clip'>, 'credit' | 'frames' | 'found' | 'flicker'>;

/** From here on edges are seen to flicker; what stands still and was smoothed stays well below. */
const mostFlicker = 0.08;

/**
 * What models cut out of pictures and clips, shot by shot; a still counts as one frame, and one with transparency of its own is left out. Of a clip all
 * pieces count, by the pixels that were looked at.
 */
export function cutoutsOf(planned: readonly PlannedTask[], shotIds: readonly string[]): Cutouts {
  const byShot = new Map<number, Cut[]>();
  for (const { kind, shot, result } of planned) {
    if (shot === null || result?.state !== 'done') continue;
    const cuts = kind === 'cutout-clip' ? [result.output as Cut] : kind === 'cutout' ? stillCut(result.output as Output<'cutout'>) : [];
    if (cuts.length > 0) byShot.set(shot, [...(byShot.get(shot) ?? []), ...cuts]);
  }
  return Array.from(byShot, ([shot, cuts]) => {
    const model = cuts[0]?.credit.revision ?? cuts[0]?.credit.name ?? '';
    return {
      shot: shotIds[shot] ?? String(shot),
      model,
      taken: takenFor(planned, { shot, model }),
      frames: cuts.reduce((sum, cut) => sum + cut.frames, 0),
      found: cuts.reduce((sum, cut) => sum + cut.found, 0),
      flicker: flickerOf(cuts),
    };
  });
}

function stillCut({ credit }: Output<'cutout'>): readonly Cut[] {
  return credit === null ? [] : [{ credit, frames: 1, found: 1 }];
}

function flickerOf(cuts: readonly Cut[]): Cutouts[number]['flicker'] {
  const measured = cuts.flatMap(({ flicker }) => (flicker ? [flicker] : []));
  const pixels = measured.reduce((sum, one) => sum + one.pixels, 0);
  if (pixels === 0) return null;
  const mean = measured.reduce((sum, one) => sum + one.mean * one.pixels, 0) / pixels;
  return { mean: Math.round(mean * 1e4) / 1e4, worst: Math.max(...measured.map(({ worst }) => worst)) };
}

/** Tells of cut-outs whose edges flicker. */
export function flickerWarnings(cutouts: Cutouts): readonly Issue[] {
  return cutouts.flatMap(({ shot, flicker, model }): readonly Issue[] => {
    if (flicker === null || flicker.mean <= mostFlicker) return [];
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    return [
      {
        severity: 'warning',
        code: 'cutout-flicker',
        path: 'storyboard',
        message: `The edges of what was cut out in shot ${shot} flicker: alpha changes by ${percent(flicker.mean)} from frame to frame where the clip stands still.`,
        found: percent(flicker.mean),
        wanted: `at most ${percent(mostFlicker)}`,
        next: `Take a clip with a calmer ground or more light, or another model than ${model} in \`cutOut\`.`,
      },
    ];
  });
}
