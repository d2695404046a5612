import { z } from 'zod';
import { mostScriptLetters, storyboardMediaSchema, type WrittenStoryboard } from './capabilities/index.ts';
import { type FilmDocument, filmSchema } from './film.ts';
import { aspects } from './film-values.ts';
import type { Credit } from './measured.ts';

/** The longest script that rules break down at once, in characters; a model takes `mostScriptLetters`. */
export const mostRuledLetters = 200_000;

/** Body of POST /v1/storyboards: a script to be made a film document of, by rules alone or by a model that writes storyboards. */
export const storyboardOrderSchema = z
  .strictObject({
    script: z.string().min(1).max(mostRuledLetters),
    title: z.string().trim().min(1).max(200).optional().describe("The film's title; the script's own when left out."),
    language: filmSchema.shape.language.unwrap().optional().describe('BCP 47 tag; read from the script when left out.'),
    model: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('A model that writes storyboards, or one revision of it; by rules alone when left out.'),
    orRules: z.boolean().default(false).describe('Where the model is not there or fails, rules do it and a notice says so.'),
    media: z.array(storyboardMediaSchema).max(200).default([]).describe('Pictures and clips that shots may show.'),
    drawings: z.boolean().default(false).describe('Shots may show pictures that are drawn from words.'),
    aspect: z.enum(aspects).optional(),
    wishes: z.string().max(2000).default('').describe('What is wanted of the film beyond its script, for a model to read.'),
    seed: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).default(1),
  })
  .refine(({ script, model }) => model === undefined || script.length <= mostScriptLetters, {
    path: ['script'],
    message: `wanted at most ${mostScriptLetters} characters for a model; rules alone take ${mostRuledLetters}`,
  });
export type StoryboardOrder = z.input<typeof storyboardOrderSchema>;

/** What became of an order: the storyboard, the film document made of it, and who wrote it; `credit` is null for rules. */
export type StoryboardReport = {
  readonly by: 'rules' | 'model';
  readonly storyboard: WrittenStoryboard;
  readonly film: FilmDocument;
  readonly rounds: number;
  readonly credit: Credit | null;
  readonly notices: readonly string[];
};
