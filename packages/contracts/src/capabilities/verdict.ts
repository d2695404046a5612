import { z } from 'zod';

/** What review says of something, from the mildest to the gravest: nothing to see, a person should look, not to be shown before a person did. */
export const verdicts = ['clear', 'doubtful', 'held'] as const;
export const verdictSchema = z.enum(verdicts);
export type Verdict = z.infer<typeof verdictSchema>;

/** What a platform does with films of which something is held: warn in the report, stop before anything is made of it, or review nothing. */
export const reviewModes = ['warn', 'stop', 'off'] as const;
export type ReviewMode = (typeof reviewModes)[number];
