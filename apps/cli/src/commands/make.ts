import { join } from 'node:path';
import type { BuildSpend, Report } from '@filmwright/contracts';
import type { WantedDub } from '../dub/dub-document.ts';
import { type SavedFilm, saveFilm } from '../film/save-film.ts';
import { checkWritable } from '../film/save-media.ts';
import { filmwrightHome } from '../platform/home.ts';
import { usePlatform } from '../platform/use-platform.ts';
import { costText } from '../show/cost-text.ts';
import { lengthOf, progressDisplay } from '../show/progress-display.ts';
import { issueText } from '../show/show-problem.ts';
import { buildFilm, type Film, outputFolder, readFilms } from './build-film.ts';
import { offerVoice } from './offer-voice.ts';
import type { Pressing } from './read-pressing.ts';
import { spendOf } from './spend-of.ts';

export type MakeOptions = {
  readonly file: string;
  /** The one shape to make it in; all of its document when left out. */
  readonly aspect: string | undefined;
  /** The dub to make; the film as it is written when left out. */
  readonly dub?: WantedDub;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly offerVoice: boolean;
  readonly yes: boolean;
  readonly pressing?: Pressing;
};

/** Makes a film from a document, in each of its shapes; gives the exit status. */
export async function make(options: MakeOptions): Promise<0 | 1 | 2 | 130> {
  const [film, ...others] = await readFilms(options);
  if (film === undefined || others.length > 0) return (await import('./make-rows.ts')).makeShapes(options);
  await makeOne(options, film);
  return 0;
}

/** Makes a film from a document in one shape: `master.mp4`, subtitles and `report.json` in the output folder. */
async function makeOne(options: MakeOptions, film: Film): Promise<void> {
  const startedMs = performance.now();
  const home = filmwrightHome();
  const folder = outputFolder(options.file, { out: options.out, language: film.language });
  const { suffix } = film.shape;
  await checkWritable(join(folder, `master${suffix}.mp4`));
  if (options.offerVoice) await offerVoice({ home, ask: !options.yes && !options.json });
  const display = progressDisplay(process.stderr, { silent: options.json });
  const made = await usePlatform(home, async (client) => {
    const { build, result } = await buildFilm({ client, home, film, purpose: 'make', display, pressing: options.pressing ?? {} });
    const saved = await saveFilm({ client, home, build: build.id, result, folder, suffix });
    return { build, result, spend: await spendOf(client, build.id), ...saved };
  });
  const wallMs = Math.round(performance.now() - startedMs);
  const { run, reused } = made.build.progress.tasks;
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ build: made.build.id, master: made.master, package: made.package, report: made.report, tasks: { run, reused }, spend: made.spend, wallMs })}\n`,
    );
    return;
  }
  process.stdout.write(`${summary(made.result.report as Report, { ...made, wallMs, run, reused, notes: film.notes })}\n`);
}

type Made = SavedFilm &
  Pick<Film, 'notes'> & {
    readonly spend: BuildSpend | null;
    readonly wallMs: number;
    readonly run: number;
    readonly reused: number;
  };

function summary(report: Report, { master, package: folder, report: reportPath, spend, wallMs, run, reused, notes }: Made): string {
  const { width, height, fps } = report.master;
  const loudness = report.loudness === null ? 'silent' : `${report.loudness.integratedLufs.toFixed(1)} LUFS`;
  return [
    `${report.title}: ${(report.durationMs / 1000).toFixed(1)} s, ${width}x${height} at ${fps} fps, ${loudness}; made in ${lengthOf(wallMs)} (${run} tasks run, ${reused} reused).`,
    ...[...notes, ...report.warnings].map(issueText),
    `  master   ${master}`,
    ...(folder === null ? [] : [`  package  ${join(folder, 'index.m3u8')}`]),
    `  report   ${reportPath}`,
    ...(spend === null ? [] : [`  cost     ${costText(spend)}`]),
  ].join('\n');
}
