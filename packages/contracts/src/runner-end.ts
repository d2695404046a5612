import { z } from 'zod';

/** So many lines of a process that ended, of so many characters, are told. */
export const mostLastLines = 8;
export const mostLastCharacters = 300;

/** Memory (MiB) that a runner's machine, or the container that it runs in, has, what of it could be had now, and what the processes that do its tasks hold. */
export const runnerMemorySchema = z
  .object({ totalMib: z.number().nonnegative(), freeMib: z.number().nonnegative(), heldMib: z.number().nonnegative() })
  .readonly();
export type RunnerMemory = z.infer<typeof runnerMemorySchema>;

/** How the process of a runner ended, as the one that started it saw. */
export const runnerEndSchema = z
  .object({
    /** Which runner it was, by the id that it was given when it joined. */
    runnerId: z.uuid(),
    /** When, in ISO 8601, by the clock of its machine. */
    endedAt: z.iso.datetime(),
    /** What killed it; null where it ended by itself, with `status`. */
    signal: z.string().max(20).nullable(),
    status: z.number().int().nullable(),
    /** Most memory that it and the processes below it held; null where the system does not tell. */
    peakMib: z.number().nonnegative().nullable(),
    /** What it wrote last to its standard error. */
    lines: z.array(z.string().max(mostLastCharacters)).max(mostLastLines).readonly(),
  })
  .readonly();
export type RunnerEnd = z.infer<typeof runnerEndSchema>;
