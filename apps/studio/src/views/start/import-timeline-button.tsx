import type { Problem } from '@filmwright/contracts';
import { useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { hashOf } from '../../model/place.ts';
import { FileButton } from '../../parts/file-button.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { importTimeline } from '../../store/import-timeline.ts';
import { studio } from '../../store/studio.ts';

/** Takes in a timeline that comes from a desktop editor, with or without its media. */
export function ImportTimelineButton() {
  const [said, say] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const bring = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    say('Reading the timeline…');
    setProblem(null);
    try {
      const { api, session } = studio();
      const film = await importTimeline(file, { api, session, onFile: (done, total) => say(`Bringing in file ${done + 1} of ${total}…`) });
      location.hash = hashOf({ view: 'storyboard', film: film.id });
    } catch (error) {
      setProblem(problemOf(error));
      say(null);
    }
  };
  return (
    <div className="stack">
      <div className="row">
        <span className="quiet">{said ?? 'Edited it elsewhere?'}</span>
        <FileButton icon="clip" accept=".otio,.otioz" disabled={said !== null} onFiles={([file]) => void bring(file)}>
          Import a timeline
        </FileButton>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
    </div>
  );
}
