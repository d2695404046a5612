import type { Output, SoundComposition } from '@filmwright/contracts';
import type { FilmPlan } from './plan-film.ts';
import { type Planner, ranks } from './planner.ts';
import { planSound } from './sound.ts';
import type { Uploads } from './uploads.ts';

export type MixInput = { readonly plan: FilmPlan; readonly planner: Planner; readonly uploads: Uploads };

/** Null for a silent film, undefined while it is not known or not mixed. */
export type PlannedMix = { readonly sound: SoundComposition | null | undefined; readonly mix: Output<'mix'> | null | undefined };

/** Asks for the film's sound. */
export function planMix({ plan, planner, uploads }: MixInput): PlannedMix {
  const { film, shots, frames } = plan;
  const sound = shots.every((shot) => shot.timed) ? planSound({ film, shots, frames, uploads }) : undefined;
  if (sound === null) return { sound, mix: null };
  const mix = planner.ask({
    address: 'sound',
    kind: 'mix',
    stage: 'sound',
    shot: null,
    estimateMs: 600 + (frames / film.format.fps) * 25,
    rank: ranks.firstPlayed,
    payload: sound && { sound },
  });
  return { sound, mix };
}
