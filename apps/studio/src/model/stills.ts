import type { BuildShots } from '@filmwright/contracts';

type Spans = Pick<BuildShots['shots'][number], 'spans'>;

/** Where the bytes of an asset are. */
export function assetPath(digest: string): string {
  return `/v1/assets/${digest}`;
}

/** Where the first picture of a build is; null while there is none. */
export function firstStill(shots: BuildShots | null): string | null {
  return shots?.shots.flatMap(stillsOf)[0] ?? null;
}

/** Where the picture from the middle of a shot is, among those that are there; null while there is none. */
export function middleStill(shot: Spans): string | null {
  const stills = stillsOf(shot);
  return stills[Math.floor(stills.length / 2)] ?? null;
}

function stillsOf({ spans }: Spans): readonly string[] {
  return spans.flatMap(({ still }) => (still === null ? [] : [assetPath(still)]));
}
