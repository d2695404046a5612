import { speechEnergy } from '@filmwright/render/sound/speech-energy';
import type { KindRunner } from '../run-task.ts';

/** Measures how loud a line is from moment to moment. */
export const runMouth: KindRunner<'mouth'> = async ({ audio }, { pathOf, toolset }) => ({
  energy: await speechEnergy({ path: await pathOf(audio), toolset }),
});
