import type { Issue, Report } from '@filmwright/contracts';
import { byteCount, clockTime, counted } from '../../model/format.ts';
import { FactList } from '../../parts/fact-list.tsx';
import { IssueList } from '../../parts/problem-notice.tsx';
import { DriftChart, LoudnessChart, RungChart } from './report-charts.tsx';

/** What was measured of a film, as pictures and figures. */
export function ReportView({ report, issues }: { readonly report: Report; readonly issues: readonly Issue[] }) {
  const { master, loudness, captions, ssim, tasks, credits } = report;
  const facts: readonly (readonly [string, string])[] = [
    ['Length', `${clockTime(report.durationMs)}, ${counted(report.frames, 'frame')}`],
    ['Picture', `${master.width} × ${master.height}, ${master.fps} a second, ${byteCount(master.bytes)}`],
    ['Work', `${tasks.run} done, ${tasks.reused} kept from before`],
    ['Black frames', report.blackFrames.length === 0 ? 'none' : String(report.blackFrames.length)],
    ['Repeated frames', report.repeatedFrames.length === 0 ? 'none' : String(report.repeatedFrames.length)],
    ...(report.mouth === null ? [] : [['Mouths', `95 % within ${Math.round(report.mouth.p95Ms)} ms`] as const]),
  ];
  const warnings = [...report.warnings, ...issues];
  return (
    <section className="stack" aria-label="Report">
      <h2>How it came out</h2>
      <div className="report-grid">
        <article className="sheet stack report-card">
          <h3>Facts</h3>
          <FactList facts={facts} />
        </article>
        {loudness !== null && (
          <article className="sheet stack report-card">
            <h3>Loudness</h3>
            <p className="quiet small figures">
              {loudness.integratedLufs.toFixed(1)} LUFS (wanted {loudness.wantedLufs}), peak {loudness.truePeakDb.toFixed(1)} dB, range{' '}
              {loudness.rangeLu.toFixed(1)} LU
            </p>
            <LoudnessChart curve={loudness.curve} wanted={loudness.wantedLufs} durationMs={report.durationMs} />
          </article>
        )}
        {captions !== null && (
          <article className="sheet stack report-card">
            <h3>Captions against the voice</h3>
            <p className="quiet small figures">95 % of words within {Math.round(captions.p95Ms)} ms</p>
            <DriftChart drifts={captions.drifts} />
          </article>
        )}
        {ssim !== null && (
          <article className="sheet stack report-card">
            <h3>Likeness to what was drawn</h3>
            <p className="quiet small figures">
              SSIM {ssim.mean.toFixed(4)}, worst frame {ssim.worst.toFixed(4)}
            </p>
            <RungChart rungs={ssim.rungs} />
          </article>
        )}
        {credits.length > 0 && (
          <article className="sheet stack report-card">
            <h3>Credits</h3>
            <ul className="stack tight small">
              {credits.map((credit) => (
                <li key={`${credit.role} ${credit.name}`}>
                  {credit.name}{' '}
                  <span className="quiet">
                    ({credit.role}, {credit.licence})
                  </span>
                </li>
              ))}
            </ul>
          </article>
        )}
        {warnings.length > 0 && (
          <article className="sheet stack report-card">
            <h3>Notes</h3>
            <IssueList issues={warnings} />
          </article>
        )}
      </div>
    </section>
  );
}
