import { type Issue, toProblem } from '@filmwright/contracts';
import { filmwrightHome } from '../platform/home.ts';
import { usePlatform } from '../platform/use-platform.ts';
import type { ReadShapes } from '../rows/read-shapes.ts';
import { progressDisplay } from '../show/progress-display.ts';
import { issueText } from '../show/show-problem.ts';
import { buildFilm, type Film, readFilms } from './build-film.ts';

/** What a check tells of a film it did not make. */
export type CheckReport = {
  readonly durationMs: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly shots: readonly { readonly id: string; readonly lengthMs: number; readonly words: number }[];
};

export type CheckOptions = ReadShapes & { readonly json: boolean };

/** Says what would go wrong with a film in each of its shapes and what it would need; gives exit status 2 when it could not be made. */
export async function check(options: CheckOptions): Promise<0 | 2> {
  const { file, json } = options;
  const found = await findings(options);
  const failed = found.some(({ issues }) => hasErrors(issues));
  const [first] = found;
  if (json && found.length === 1) process.stdout.write(`${JSON.stringify({ ok: !failed, issues: first?.issues, film: first?.report })}\n`);
  else if (json) {
    const films = found.map(({ aspect, issues, report }) => ({ aspect, ok: !hasErrors(issues), issues, film: report }));
    process.stdout.write(`${JSON.stringify({ ok: !failed, films })}\n`);
  } else process.stdout.write(`${found.map((one) => checkText(one, found.length > 1 ? `${file} in ${one.aspect}` : file)).join('\n')}\n`);
  return failed ? 2 : 0;
}

function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.severity === 'error');
}

type Findings = { readonly aspect: string; readonly issues: readonly Issue[]; readonly report: CheckReport | null };

async function findings({ file, aspect, dub, json }: CheckOptions): Promise<readonly Findings[]> {
  const films = await readFilms({ file, aspect, dub }).catch((error: unknown) => {
    const { issues } = toProblem(error);
    if (issues === undefined) throw error;
    return issues;
  });
  const [first] = films;
  if (first === undefined || 'severity' in first) return [{ aspect: '', issues: films as readonly Issue[], report: null }];
  const home = filmwrightHome();
  return usePlatform(home, async (client) => {
    const found: Findings[] = [];
    for (const film of films as readonly Film[]) {
      const display = progressDisplay(process.stderr, { silent: json || !process.stderr.isTTY });
      const { result } = await buildFilm({ client, home, film, purpose: 'check', display });
      found.push({ aspect: film.shape.aspect, issues: [...film.notes, ...result.issues], report: result.report as CheckReport | null });
    }
    return found;
  });
}

function checkText({ issues, report }: Findings, what: string): string {
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
      ? `${what} cannot be made: ${errors} ${errors === 1 ? 'problem' : 'problems'}.`
      : `${what} can be made${issues.length > 0 ? `, with ${issues.length} ${issues.length === 1 ? 'warning' : 'warnings'}` : ''}.`,
  );
  return lines.join('\n');
}
