import type { BuildShots } from '@filmwright/contracts';

type Spans = Pick<BuildShots['shots'][number], 'spans'>;
type Drawn = Pick<BuildShots['shots'][number], 'takes'>;

/** Where the bytes of an asset are. */
export function assetPath(digest: string): string {
  return `/v1/assets/${digest}`;
}

/** Where the first picture of a build is; null while there is none. */
export function firstStill(shots: BuildShots | null): string | null {
  return shots?.shots.flatMap(stillsOf)[0] ?? null;
}

/** Where the picture from the middle of a shot is, among those that are there, or else what is drawn for it in a take; null while there is none. */
export function middleStill(shot: Spans & Drawn, take?: number): string | null {
  const stills = stillsOf(shot);
  return stills[Math.floor(stills.length / 2)] ?? drawnPicture(shot, take);
}

/** Where the picture of a take that a model draws is, as far as it is drawn; without a number of the only take. */
function drawnPicture({ takes = [] }: Drawn, number?: number): string | null {
  const take = number === undefined && takes.length === 1 ? takes[0] : takes.find((one) => one.take === number);
  return take === undefined ? null : take.still !== null ? assetPath(take.still) : (take.preview ?? null);
}

function stillsOf({ spans }: Spans): readonly string[] {
  return spans.flatMap(({ still }) => (still === null ? [] : [assetPath(still)]));
}
