import type { Problem } from '@filmwright/contracts';
import { useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { Icon } from '../../parts/icon.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { studio } from '../../store/studio.ts';
import { useFilm, useFilmState } from '../film-context.ts';

/** The film as an OpenTimelineIO bundle with its media, for desktop editors. */
export function TimelineExport() {
  const { editing } = useFilm();
  const film = useFilmState((state) => state.id);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const take = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const { api } = studio();
      const version = await editing.saveNow();
      let build = await api.createBuild({ film: { id: film, version }, purpose: 'export' });
      for await (const next of api.followBuild({ id: build.id })) build = next;
      if (build.state === 'succeeded') location.assign(`/v1/builds/${build.id}/media/timeline.otioz?download`);
      else setProblem(build.problem);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div>
        <button type="button" className="button" disabled={busy} onClick={() => void take()}>
          <Icon name="clip" />
          {busy ? 'Laying out the timeline…' : 'Timeline for desktop editors'}
        </button>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
    </>
  );
}
