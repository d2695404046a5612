import type { Line, Shot } from '@filmwright/contracts';

type Narrated = Pick<Shot, 'narration'>;

/** A shot's narration as lines, whichever form it was written in. */
export function linesOf({ narration }: Narrated): readonly Line[] {
  if (narration === undefined) return [];
  const list = Array.isArray(narration) ? narration : [narration];
  return list.map((line) => (typeof line === 'string' ? { say: line } : line));
}

/** Where a line of `linesOf` stands in its shot: `narration[1]`, or `narration` where it was written alone. */
export function linePath({ narration }: Narrated, number: number): string {
  return Array.isArray(narration) ? `narration[${number}]` : 'narration';
}
