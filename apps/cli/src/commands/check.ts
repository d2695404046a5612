import { type Issue, toProblem } from '@filmwright/contracts';
import { filmwrightHome } from '../platform/home.ts';
import { usePlatform } from '../platform/use-platform.ts';
import { progressDisplay } from '../show/progress-display.ts';
import { issueText } from '../show/show-problem.ts';
import { buildFilm, readFilm } from './build-film.ts';

/** What a check tells of a film it did not make. */
export type CheckReport = {
  readonly durationMs: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly shots: readonly { readonly id: string; readonly lengthMs: number; readonly words: number }[];
};

/** Says what would go wrong with a film and what it would need; gives exit status 2 when it could not be made. */
export async function check({ file, json }: { readonly file: string; readonly json: boolean }): Promise<0 | 2> {
  const found = await findings(file, json);
  const failed = found.issues.some((issue) => issue.severity === 'error');
  if (json) process.stdout.write(`${JSON.stringify({ ok: !failed, issues: found.issues, film: found.report })}\n`);
  else process.stdout.write(`${checkText(found, file)}\n`);
  return failed ? 2 : 0;
}

type Findings = { readonly issues: readonly Issue[]; readonly report: CheckReport | null };

async function findings(file: string, json: boolean): Promise<Findings> {
  const film = await readFilm(file).catch((error: unknown) => {
    const { issues } = toProblem(error);
    if (issues === undefined) throw error;
    return { issues, report: null };
  });
  if ('issues' in film) return film;
  const home = filmwrightHome();
  return usePlatform(home, async (client) => {
    const display = progressDisplay(process.stderr, { silent: json || !process.stderr.isTTY });
    const { result } = await buildFilm({ client, home, film, purpose: 'check', display });
    return { issues: result.issues, report: result.report as CheckReport | null };
  });
}

function checkText({ issues, report }: Findings, file: string): string {
  const lines = issues.map(issueText);
  const errors = issues.filter((issue) => issue.severity === 'error').length;
  if (report !== null) {
    lines.push(`  ${'shot'.padEnd(20)} ${'length'.padStart(8)} ${'words'.padStart(6)}`);
    for (const shot of report.shots)
      lines.push(`  ${shot.id.padEnd(20)} ${`${(shot.lengthMs / 1000).toFixed(1)} s`.padStart(8)} ${String(shot.words).padStart(6)}`);
    lines.push(
      `  About ${(report.durationMs / 1000).toFixed(1)} s, ${report.frames} frames of ${report.width}x${report.height} at ${report.fps} fps; lengths are estimates until the narration is spoken.`,
    );
  }
  lines.unshift(
    errors > 0
      ? `${file} cannot be made: ${errors} ${errors === 1 ? 'problem' : 'problems'}.`
      : `${file} can be made${issues.length > 0 ? `, with ${issues.length} ${issues.length === 1 ? 'warning' : 'warnings'}` : ''}.`,
  );
  return lines.join('\n');
}
