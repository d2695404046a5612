import type { Issue, Output, Report } from '@filmwright/contracts';
import type { PlannedTask } from './planner.ts';

type Cutouts = Report['cutouts'];
type Cut = Output<'cutout-clip'>;

/** From here on edges are seen to flicker; what stands still and was smoothed stays well below. */
const mostFlicker = 0.08;

/** What was cut out of clips, from all pieces of each shot; pieces count by the pixels that were looked at. */
export function clipCutouts(planned: readonly PlannedTask[], shotIds: readonly string[]): Cutouts {
  const byShot = new Map<number, Cut[]>();
  for (const { kind, shot, result } of planned)
    if (kind === 'cutout-clip' && shot !== null && result?.state === 'done')
      byShot.set(shot, [...(byShot.get(shot) ?? []), result.output as Cut]);
  return Array.from(byShot, ([shot, cuts]) => ({
    shot: shotIds[shot] ?? String(shot),
    model: cuts[0]?.credit.revision ?? cuts[0]?.credit.name ?? '',
    frames: cuts.reduce((sum, cut) => sum + cut.frames, 0),
    found: cuts.reduce((sum, cut) => sum + cut.found, 0),
    flicker: flickerOf(cuts),
  }));
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
