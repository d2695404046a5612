import { measureMaster } from '@filmwright/render/media/measure';
import type { KindRunner } from '../run-task.ts';

/** Measures the master as a viewer gets it. */
export const runMeasure: KindRunner<'measure'> = async ({ master, fps }, { pathOf, toolset }) =>
  measureMaster({ path: await pathOf(master), fps, toolset });
