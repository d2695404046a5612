import { z } from 'zod';
import { modelCapabilitySchema } from './capabilities/index.ts';

const side = z.number().int().positive();

/** A revision of a model that draws, as a runner offers it: what it can be asked for, and what is asked where a film does not say. */
export const generatorSchema = z
  .object({
    /** `name@revision`. */
    ref: z.string().max(200),
    /** All that its weights serve. */
    capabilities: z.array(modelCapabilitySchema).readonly(),
    /** Longest sides in pixels; both are multiples of `multipleOf`. */
    width: side,
    height: side,
    multipleOf: side,
    /** Pictures of a clip, and how many a second; 1 for a model of stills. */
    frames: z.number().int().positive(),
    rate: z.number().positive(),
    /** Its clips lead from their last frame into their first. */
    loops: z.boolean(),
    steps: z.number().int().positive(),
    guidance: z.number().nonnegative(),
    /** It draws nothing but shapes and colours. */
    abstract: z.boolean().optional(),
    /** What a step of one picture of its largest size takes, measured there; null where it was not tried. */
    stepMs: z.number().positive().nullable(),
  })
  .readonly();
export type Generator = z.infer<typeof generatorSchema>;

/** A revision of a model, as `name@revision`, that runners offer to films for a capability; answers of GET /v1/models are of these. */
export const modelForFilmsSchema = z.object({ capability: modelCapabilitySchema, ref: z.string() }).readonly();
export type ModelForFilms = z.infer<typeof modelForFilmsSchema>;
