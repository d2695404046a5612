import { hasEnded } from '@filmwright/client';
import type { Build, Report } from '@filmwright/contracts';
import { clockTime } from '../../model/format.ts';
import { firstStill } from '../../model/stills.ts';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { useBuilds, useDocument } from '../film-context.ts';
import { CourseView } from './course-view.tsx';
import { ExportPanel } from './export-panel.tsx';
import { HlsPlayer } from './hls-player.tsx';
import { ReportView } from './report-view.tsx';
import { ShotProgress } from './shot-progress.tsx';
import { WaitPanel } from './wait-panel.tsx';

/** The film as it is made and when it is done: play, get, look at how well it came out. */
export function FilmView() {
  const make = useBuilds((all) => all.make);
  const preview = useBuilds((all) => all.preview);
  const document = useDocument();
  const view = make ?? preview;
  if (view === null)
    return (
      <div className="alone">
        <h1>Nothing is made yet</h1>
        <p className="quiet">
          “Preview” below gives a quick look in small pictures; “Make film” makes it in full. You can go on editing meanwhile.
        </p>
      </div>
    );
  const { build, shots, addresses } = view;
  const ended = hasEnded(build);
  const aspect = shots === null ? (document.format?.aspect ?? '16:9') : `${shots.width}:${shots.height}`;
  const media = (name: string): string => `/v1/builds/${build.id}/media/${name}`;
  const report = (build.result?.report ?? null) as Report | null;
  const playsFile = build.result !== null && build.result.master !== null && addresses === null;
  return (
    <div className="view film-view">
      <h1 className="unseen">The film</h1>
      {build.problem !== null && <ProblemNotice problem={build.problem} />}
      <div className="film-top">
        <HlsPlayer
          key={build.id}
          hls={addresses?.hls ?? null}
          file={playsFile ? media('master.mp4') : null}
          poster={addresses?.poster ?? (build.result?.poster ? media('poster.jpg') : firstStill(shots))}
          captions={build.result?.vtt ? media('captions.vtt') : null}
          fps={shots?.fps ?? 30}
          label={build.title}
          aspect={aspect}
        />
        <aside className="film-side stack wide">
          <div className="stack tight">
            <h2>{build.title}</h2>
            <p className="quiet">
              {stateText(build)}
              {shots === null ? '' : `, ${clockTime((shots.frames * 1000) / shots.fps)}`}
              {addresses !== null && !ended ? '. What is there already can be played.' : ''}
            </p>
          </div>
          {!ended && <WaitPanel build={build} />}
          {ended && build.state === 'succeeded' && <ExportPanel view={view} />}
        </aside>
      </div>
      {shots !== null && <ShotProgress shots={shots} done={build.state === 'succeeded'} />}
      <CourseView build={build} />
      {report !== null && <ReportView report={report} issues={build.result?.issues ?? []} />}
    </div>
  );
}

function stateText({ state, purpose, waits, waiting }: Build): string {
  const what = purpose === 'preview' ? 'Preview' : 'Film';
  const names: Readonly<Record<string, string>> = {
    planning: 'being planned',
    running: 'being made',
    succeeded: 'ready',
    failed: 'failed',
    cancelled: 'cancelled',
  };
  const stands = waits !== undefined || waiting?.running === 0;
  return `${what} ${stands ? 'waiting' : (names[state] ?? state)}`;
}
