import { captionOnsetError } from '@filmwright/render/media/caption-onsets';
import { soundLevels } from '@filmwright/render/media/sound-levels';
import type { KindRunner } from '../run-task.ts';

/** Measures the film's sound as a viewer gets it, and how well words are timed. */
export const runMeasureSound: KindRunner<'measure-sound'> = async ({ sound, voices }, { pathOf, toolset }) => {
  const levels = await soundLevels({ path: await pathOf(sound), toolset });
  const spoken = await Promise.all(voices.map(async ({ asset, startsMs }) => ({ path: await pathOf(asset), startsMs })));
  return { ...levels, captions: spoken.length === 0 ? null : await captionOnsetError({ voices: spoken, toolset }) };
};
