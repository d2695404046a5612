import { durationSchema } from '@filmwright/contracts';
import { millisecondsOf } from '@filmwright/core';

/** A moment of a clip as a document writes it, from what a person wrote: `2.5` and `0:02.5` are seconds, `800 ms` and `12f` stand as they are; '' for none, null for no time. */
export function clipMoment(written: string): string | null {
  const text = written.replace(',', '.').replaceAll(/\s+/g, '');
  if (text === '') return '';
  const clock = /^(?:(\d+):)?(\d+(?:\.\d+)?)$/.exec(text);
  const moment = clock === null ? text : `${Number((Number(clock[1] ?? 0) * 60 + Number(clock[2])).toFixed(3))}s`;
  return durationSchema.safeParse(moment).success ? moment : null;
}

type Part = { readonly from: string; readonly to: string; readonly fps: number };

/** Whether a part of a clip ends after it begins; '' is the clip's own begin or end. */
export function isPart({ from, to, fps }: Part): boolean {
  return to === '' || millisecondsOf(to, fps) > (from === '' ? 0 : millisecondsOf(from, fps));
}
