/** What each task of a build reads, by their places; only ones before it. */
export function randomReads(random: () => number): readonly (readonly number[])[] {
  const count = 2 + Math.floor(random() * 3);
  return Array.from({ length: count }, (_, place) => (place === 0 ? [] : [Math.floor(random() * place)]).filter(() => random() < 0.7));
}
