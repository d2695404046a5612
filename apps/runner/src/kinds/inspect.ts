import { inspectTexts } from '@filmwright/render/paint/inspect-texts';
import { renderFrame } from '@filmwright/render/span/render-frame';
import { fontPaths } from '../font-paths.ts';
import type { KindRunner } from '../run-task.ts';

/** Looks at the texts of a film with their fonts and backgrounds. */
export const runInspect: KindRunner<'inspect'> = async (payload, context) => {
  const fontPath = await fontPaths(payload, context.pathOf);
  const renderBehind = async (behind: NonNullable<(typeof payload.texts)[number]['behind']>) => ({
    rgba: await renderFrame(behind, { ...context, fontPath }),
    width: behind.width,
    height: behind.height,
  });
  return { issues: [...(await inspectTexts(payload, { fontPath, renderBehind }))] };
};
