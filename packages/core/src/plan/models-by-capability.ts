import type { ModelForFilms } from '@filmwright/contracts';
import type { Offer } from './merge-offers.ts';

/** What films may name models for and which, by capability and then in the order in which they are chosen; voices are listed by themselves. */
export function modelsByCapability({ models, modelsFor = {}, generators = [] }: Offer): readonly ModelForFilms[] {
  const lists: readonly (readonly [ModelForFilms['capability'], readonly string[]])[] = [
    ['matting', models],
    ...(Object.entries(modelsFor) as [ModelForFilms['capability'], readonly string[]][]),
    ...generators.flatMap(({ capabilities, ref }) => capabilities.map((one) => [one, [ref]] as const)),
  ];
  const all = lists.flatMap(([capability, refs]) => refs.map((ref) => ({ capability, ref })));
  const once = new Map(all.map((one) => [`${one.capability} ${one.ref}`, one]));
  return [...once.values()].sort((a, b) => (a.capability === b.capability ? 0 : a.capability < b.capability ? -1 : 1));
}
