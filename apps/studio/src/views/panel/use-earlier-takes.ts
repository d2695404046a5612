import type { DrawnTake } from '@filmwright/contracts';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';

/** So many builds of a film are looked into. */
const mostBuilds = 12;

/** Takes that previews of a film drew before this page was loaded, by the text of what was drawn; newer ones first. Empty until they are known. */
export function useEarlierTakes(film: string): (drawing: string | undefined) => readonly DrawnTake[] {
  const { value } = useLoad(film, async () => {
    const { api } = studio();
    const { builds } = await api.listFilmBuilds({ id: film, limit: mostBuilds });
    const drawn = builds.filter(({ purpose, state }) => (purpose === 'preview' || purpose === 'make') && state !== 'planning');
    const looks = await Promise.all(drawn.map(({ id }) => api.buildShots(id).catch(() => null)));
    return looks.flatMap((look) => look?.shots ?? []);
  });
  return (drawing) => {
    const takes = (value ?? []).flatMap((shot) => (drawing !== undefined && shot.drawing === drawing ? (shot.takes ?? []) : []));
    // One that is there goes before one that is not yet, or was not made that time.
    return takes.toSorted((a, b) => Number(b.still !== null) - Number(a.still !== null));
  };
}
