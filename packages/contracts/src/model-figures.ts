import { z } from 'zod';

const ms = z.number().nonnegative();

/**
 * What a revision of a model was measured to take on one machine. Times are milliseconds, sizes MiB. `coldMs` loads its weights from the disk, `warmMs`
 * from the memory of the machine (each with the check of their digests), `stepMs` is one run of a model that is loaded, `unloadMs` until its memory is
 * free: another one in its place costs `unloadMs` and the other's load.
 */
export const modelFiguresSchema = z
  .strictObject({
    /** As tasks ask for it: `model isnet@0123456789ab`. */
    name: z.string().max(300),
    coldMs: ms,
    warmMs: ms,
    stepMs: ms,
    /** What one step is, such as `a picture of 512x512`. */
    step: z.string().max(200),
    unloadMs: ms,
    /** The most memory its process ever held, and of that on a GPU (0 without one). */
    ramMib: z.number().nonnegative(),
    vramMib: z.number().nonnegative(),
    /** Whether the weights were really out of the machine's memory before `coldMs`; where the system cannot do that both times are alike. */
    coldIsCold: z.boolean(),
    /** The processor or GPU. */
    device: z.string().max(200),
    measuredAt: z.iso.datetime(),
  })
  .readonly();
export type ModelFigures = z.infer<typeof modelFiguresSchema>;
