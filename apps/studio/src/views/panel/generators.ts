import type { Generator } from '@filmwright/contracts';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';

/** Models that draw, each name with its revisions; empty until they are known. */
export function useGeneratorChoices(): readonly (readonly [ref: string, name: string])[] {
  const offered = useLoad('generators', () => studio().api.listGenerators()).value ?? [];
  const nameOf = ({ ref }: Generator): string => ref.split('@')[0] ?? ref;
  const about = ({ width, height, frames }: Generator): string => `${width} x ${height}, ${frames > 1 ? 'moves' : 'still'}`;
  const names = [...new Map(offered.map((one) => [nameOf(one), one])).entries()];
  return [
    ['', 'The best that is there'],
    ...names.map(([name, one]) => [name, `${name} (${about(one)})`] as const),
    ...offered.map((one) => [one.ref, `${nameOf(one)}, this revision for good`] as const),
  ];
}
