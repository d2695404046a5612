import { useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { Icon } from '../../parts/icon.tsx';
import { toast } from '../../parts/toasts.tsx';
import { studio } from '../../store/studio.ts';
import { useFilm, useFilmState } from '../film-context.ts';

/** The film as an OpenTimelineIO bundle with its media, for desktop editors. */
export function TimelineExport() {
  const { editing } = useFilm();
  const film = useFilmState((state) => state.id);
  const [busy, setBusy] = useState(false);
  const take = async (): Promise<void> => {
    setBusy(true);
    try {
      const { api } = studio();
      const version = await editing.saveNow();
      let build = await api.createBuild({ film: { id: film, version }, purpose: 'export' });
      for await (const next of api.followBuild({ id: build.id })) build = next;
      if (build.state !== 'succeeded') toast(build.problem?.detail ?? 'The timeline could not be laid out. Try again.');
      else location.assign(`/v1/builds/${build.id}/media/timeline.otioz?download`);
    } catch (error) {
      toast(problemOf(error).detail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <button type="button" className="button" disabled={busy} onClick={() => void take()}>
        <Icon name="clip" />
        {busy ? 'Laying out the timeline…' : 'Timeline for desktop editors'}
      </button>
    </div>
  );
}
