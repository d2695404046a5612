import { join } from 'node:path';
import { sweepFolder } from '@filmwright/blobs';
import { FilmwrightError } from '@filmwright/contracts';
import { type Keeper, keepers, type SweepReport, sweepAssets } from '@filmwright/records/sweep';
import { useDatabase } from '../keep/use-database.ts';
import { filmwrightHome } from '../platform/home.ts';
import { sizeText } from '../show/size-text.ts';

export type SweepCommand = {
  /** Ages as they are written: 12h, 7d. */
  readonly older: string;
  readonly builds: string;
  readonly dryRun: boolean;
  /** Makes the media folder that of these records, whosever it was. */
  readonly takeStore: boolean;
  readonly json: boolean;
};

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const names: Readonly<Record<Keeper, string>> = {
  films: 'named by films',
  library: 'in the library',
  builds: 'of builds',
  masters: 'masters of older builds',
  fonts: 'fonts of runners',
  recent: 'asked for lately',
};

/** Removes assets that nothing names from a home, also while its platform runs, and says of each workspace what is kept and by what. */
export async function sweep({ older, builds, dryRun, takeStore, json }: SweepCommand): Promise<void> {
  const home = filmwrightHome();
  const ages = { olderMs: ageOf(older, '--older'), buildsMs: ageOf(builds, '--builds') };
  const store = sweepFolder(process.env.FILMWRIGHT_MEDIA || join(home, 'media'));
  const report = await useDatabase(home, (connectionString) => sweepAssets({ connectionString, store, ...ages, dryRun, takeStore }));
  if (report === null)
    throw new FilmwrightError('unavailable', 'A backup or another sweep runs on these records. Sweep again when it has ended.', {
      retryable: true,
    });
  process.stdout.write(json ? `${JSON.stringify({ dryRun, ...report })}\n` : `${text(report, dryRun)}\n`);
}

function ageOf(written: string, option: string): number {
  const [, number, unit = ''] = /^(\d{1,6})([mhd])$/.exec(written) ?? [];
  if (number === undefined)
    throw new FilmwrightError('request-invalid', `${option} is ${JSON.stringify(written)}; wanted an age such as 12h or 7d.`);
  return Number(number) * (unitMs[unit] ?? 0);
}

function text({ workspaces, stray, freedBytes }: SweepReport, dryRun: boolean): string {
  const lines: string[] = [];
  for (const { name, kept, swept } of workspaces) {
    lines.push(`Workspace ${name}`);
    const rows = keepers.map((keeper) => [names[keeper], kept[keeper]] as const).filter(([, { assets }]) => assets > 0);
    for (const [what, { assets, bytes }] of [...rows, [dryRun ? 'would go' : 'swept', swept] as const])
      lines.push(`  ${what.padEnd(24)} ${String(assets).padStart(7)}  ${sizeText(bytes).padStart(10)}`);
  }
  lines.push(`Bytes that no row names: ${stray.assets} files, ${sizeText(stray.bytes)}${dryRun ? '' : ', removed'}.`);
  lines.push(dryRun ? 'Nothing was removed (--dry-run).' : `Freed ${sizeText(freedBytes)}.`);
  return lines.join('\n');
}
