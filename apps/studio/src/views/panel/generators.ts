import type { Generator } from '@filmwright/contracts';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';

/** Models that draw, best first; null until they are known. */
export function useGenerators(): readonly Generator[] | null {
  return useLoad('generators', () => studio().api.listGenerators()).value;
}

/** Models that draw as a list to choose from, each name with its revisions. */
export function generatorChoices(offered: readonly Generator[]): readonly (readonly [ref: string, name: string])[] {
  const about = ({ width, height, frames }: Generator): string => `${width} x ${height}, ${frames > 1 ? 'moves' : 'still'}`;
  const names = [...new Map(offered.map((one) => [nameOf(one), one])).entries()];
  return [
    ['', 'The best that is there'],
    ...names.map(([name, one]) => [name, `${name} (${about(one)})`] as const),
    ...offered.map((one) => [one.ref, `${nameOf(one)}, this revision for good`] as const),
  ];
}

/** The name of a model that draws, without its revision. */
export function nameOf({ ref }: Generator): string {
  return ref.split('@')[0] ?? ref;
}
