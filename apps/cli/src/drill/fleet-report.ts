import type { DrillRemoval } from '@filmwright/contracts';
import { type DrillSums, sumsOf, sumsText, type Tally } from './drill-sums.ts';

type CountName = 'lost' | 'rerun' | 'doubleCharged' | 'wrongBytes';
/** What a drill on a fleet came to. Counts are null where no round was played to its end: nothing is known then. */
export type FleetReport = Omit<DrillSums, CountName> & { readonly [name in CountName]: number | null } & {
  /** Faults that want rights over the platform's processes. */
  readonly leftOut: readonly string[];
  readonly skipped: Tally['skipped'];
  /** What cannot be seen from outside, in sentences. */
  readonly unchecked: readonly string[];
  /** What was taken from the fleet at the end; null where that failed. */
  readonly removed: DrillRemoval | null;
};

/** Names of every fault that a platform of its own can be given, and of those that this drill chose from. */
export type FaultNames = { readonly all: readonly string[]; readonly known: readonly string[] };

/** A tally as it is told of a fleet, with what it says nothing about. */
export function fleetReport(tally: Tally, { removed, names }: Pick<FleetReport, 'removed'> & { readonly names: FaultNames }): FleetReport {
  const sums = sumsOf(tally);
  const { rounds, lost, rerun, doubleCharged, wrongBytes, missed, unplayed } = sums;
  const counts =
    tally.found.length === 0
      ? { lost: null, rerun: null, doubleCharged: null, wrongBytes: null }
      : { lost, rerun, doubleCharged, wrongBytes };
  const others = names.all.filter((name) => !names.known.includes(name));
  const leftOut = [...others, ...(names.known.includes('move a clock') ? ['move a clock of a gateway or of the leader'] : [])];
  return { rounds, ...counts, missed, unplayed, leftOut, skipped: tally.skipped, unchecked: uncheckedOf(sums), removed };
}

/** A report for people. */
export function fleetReportText(report: FleetReport, tally: Tally): string {
  const { rounds, leftOut, unchecked, removed } = report;
  const isKnown = tally.found.length > 0;
  const lists = [list('Left out, since they want rights over the processes of the platform:', leftOut), list('Not checked:', unchecked)];
  return [isKnown ? sumsText(sumsOf(tally)) : `No round of ${rounds} was played to its end.`, removedText(removed), ...lists].join('\n');
}

/** What was taken from a platform, in words. */
export function removedText(removed: DrillRemoval | null): string {
  if (removed === null) return 'Something of the drill is left on the platform.';
  const { builds, credentials, assets, assetsLeft } = removed;
  const later = assetsLeft === 0 ? '' : `, ${assetsLeft} of which the next sweep removes`;
  return `Taken away: builds ${builds}, credentials ${credentials}, assets ${assets}${later}.`;
}

function uncheckedOf({ rounds, missed, unplayed }: DrillSums): readonly string[] {
  const some = (count: number, what: string): readonly string[] => (count === 0 ? [] : [`${count} of ${rounds} rounds ${what}`]);
  return [
    ...(rounds === unplayed ? ['lost, rerun, doubleCharged and wrongBytes: no round was played to its end'] : []),
    ...some(unplayed, 'broke off: what they lost, ran twice, charged twice or made wrong is not known'),
    ...some(missed, 'had no effect: they say nothing about their faults'),
    'the ledger itself: runs and charges are as the platform finds them when it holds its ledger against its rules',
    'bytes that this gateway does not give: copies of other gateways, standbys and backups',
    'films and tasks of others that were on the platform meanwhile',
  ];
}

function list(title: string, lines: readonly string[]): string {
  return `${title}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
