import type { FilmDocument } from '@filmwright/contracts';
import type { ShotDocument } from '@filmwright/core';
import { useMemo } from 'react';
import { shotsOf } from '../../model/edit-film.ts';
import { drawnTakeOf } from '../../model/shot-facts.ts';
import { middleStill } from '../../model/stills.ts';
import { newestView } from '../../store/builds.ts';
import { useBuilds, useDocument, useFirstDocument } from '../film-context.ts';

export type Still = { readonly url: string; readonly timed: boolean; readonly durationMs: number } | null;

/** Pictures of shots from the newest build, for those that still look as they did when it was made. */
export function useStills(): (shot: ShotDocument) => Still {
  const view = useBuilds(newestView);
  const first = useFirstDocument();
  const now = useDocument();
  const shots = view?.shots ?? null;
  const made = view?.document ?? first;
  const byId = useMemo(() => new Map(shots?.shots.map((shot) => [shot.id, shot])), [shots]);
  const before = useMemo(() => new Map(shotsOf(made).map((shot) => [shot?.id, lookText(shot, made)])), [made]);
  return (shot) => {
    const found = shot.id === undefined ? undefined : byId.get(shot.id);
    if (found === undefined || shots === null || before.get(shot.id) !== lookText(shot, now)) return null;
    const url = middleStill(found, drawnTakeOf(shot));
    if (url === null) return null;
    return { url, timed: found.timed, durationMs: (found.frames * 1000) / shots.fps };
  };
}

/** Everything that a shot's picture depends on, beside its files. */
function lookText(shot: ShotDocument, film: FilmDocument): string {
  return JSON.stringify([shot?.visual, shot?.text, shot?.filters, film.brand, film.format]);
}
