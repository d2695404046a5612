import { captionOnsetError, measureMaster } from '@filmwright/render';
import type { KindRunner } from '../run-task.ts';

/** Measures the master as a viewer gets it, and how well words are timed. */
export const runMeasure: KindRunner<'measure'> = async ({ master, fps, voices }, { pathOf, toolset }) => {
  const measured = await measureMaster({ path: await pathOf(master), fps, toolset });
  const spoken = await Promise.all(voices.map(async (voice) => ({ ...voice, path: await pathOf(voice.asset) })));
  return { ...measured, captions: spoken.length === 0 ? null : await captionOnsetError({ voices: spoken, toolset }) };
};
