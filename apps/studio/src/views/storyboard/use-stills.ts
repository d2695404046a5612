import type { FilmDocument } from '@filmwright/contracts';
import type { ShotDocument } from '@filmwright/core';
import { useMemo } from 'react';
import { shotsOf } from '../../model/edit-film.ts';
import { newestView } from '../../store/builds.ts';
import { useBuilds, useFirstDocument } from '../film-context.ts';

export type Still = { readonly url: string; readonly frames: number; readonly timed: boolean; readonly durationMs: number } | null;

/** Pictures of shots from the newest build, for those that still look as they did when it was made. */
export function useStills(): (shot: ShotDocument) => Still {
  const view = useBuilds(newestView);
  const first = useFirstDocument();
  const shots = view?.shots ?? null;
  const made = view?.document ?? first;
  return useMemo(() => {
    const byId = new Map(shots?.shots.map((shot) => [shot.id, shot]));
    const before = new Map(shotsOf(made).map((shot) => [shot?.id, lookText(shot, made)]));
    return (shot: ShotDocument): Still => {
      const found = shot.id === undefined ? undefined : byId.get(shot.id);
      if (found === undefined || shots === null || before.get(shot.id) !== lookText(shot, made)) return null;
      const pictures = found.spans.flatMap(({ still }) => (still === null ? [] : [still]));
      const still = pictures[Math.floor(pictures.length / 2)];
      if (still === undefined) return null;
      return { url: `/v1/assets/${still}`, frames: found.frames, timed: found.timed, durationMs: (found.frames * 1000) / shots.fps };
    };
  }, [shots, made]);
}

/** Everything that a shot's picture depends on, beside its files. */
function lookText(shot: ShotDocument, film: FilmDocument): string {
  return JSON.stringify([shot?.visual, shot?.text, shot?.filters, film.brand, film.format]);
}
