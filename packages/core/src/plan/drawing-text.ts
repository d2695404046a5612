import type { Film, FilmDocument, Generate, Shot, ShotProgress } from '@filmwright/contracts';
import { canonicalText } from './task-key.ts';

type Written = FilmDocument['storyboard'][number];
type Drawing = {
  /** A shot as it was written or read: what is left out means the same. */
  readonly shot: Pick<Shot, 'id' | 'visual'> | Pick<Written, 'id' | 'visual'>;
  readonly format: { readonly [Key in keyof Film['format']]?: Film['format'][Key] | undefined } | undefined;
};

/** Everything of a film that decides what a model draws for a shot in any of its takes, as a text to compare; undefined for a shot that has nothing drawn. */
export function drawingText({ shot, format }: Drawing): ShotProgress['drawing'] {
  // What is being written may be no visual yet.
  const visual = Object(shot.visual) as { readonly background?: unknown };
  const { generate: asked } = Object(visual.background ?? visual) as { readonly generate?: Partial<Generate> };
  if (asked === undefined) return undefined;
  const { take: _take, takes: _takes, prompt = '', negative = '', ...rest } = asked;
  const { aspect = '16:9', resolution = '1080p' } = format ?? {};
  const drawn = { shot: shot.id ?? null, prompt: prompt.trim(), negative: negative.trim(), ...rest, aspect, resolution };
  return canonicalText(JSON.parse(JSON.stringify(drawn)));
}
