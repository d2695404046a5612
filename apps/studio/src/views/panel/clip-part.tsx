import { useState } from 'react';
import { clipMoment, isPart } from '../../model/clip-range.ts';
import { TextField } from '../../parts/fields.tsx';
import { useDocument } from '../film-context.ts';
import type { Field } from './use-field.ts';

const ends = ['from', 'to'] as const;
type End = (typeof ends)[number];
const names: Readonly<Record<End, { readonly label: string; readonly placeholder: string; readonly said: string }>> = {
  from: { label: 'Begins at', placeholder: 'Its beginning', said: 'beginning of the clip' },
  to: { label: 'Ends at', placeholder: 'Its end', said: 'end of the clip' },
};

/** Which part of a clip is shown, as moments of it; `base` is where the shot names the clip. What is no time, or no part, is told of and not written. */
export function ClipPart({ field, base }: { readonly field: Field; readonly base: readonly string[] }) {
  const fps = useDocument().format?.fps ?? 30;
  const [draft, setDraft] = useState<{ readonly end: End; readonly text: string } | null>(null);
  const written = (end: End): string => field.text([...base, end], '');
  const problemOf = (end: End, text: string): string | undefined => {
    const moment = clipMoment(text);
    if (moment === null) return 'No time: write seconds such as 2.5, or 1:05, 800ms or 12f.';
    const part = { from: clipMoment(written('from')) ?? '', to: clipMoment(written('to')) ?? '', fps, [end]: moment };
    return isPart(part) ? undefined : 'The end must come after the beginning.';
  };
  const change = (end: End, text: string): void => {
    setDraft({ end, text });
    if (problemOf(end, text) === undefined) field.write([...base, end], clipMoment(text) || undefined, names[end].said);
  };
  return (
    <div className="pair">
      {ends.map((end) => {
        const { label, placeholder } = names[end];
        // What is being written stays as it is written as long as it means what stands in the film.
        const typed = draft?.end === end && (problemOf(end, draft.text) !== undefined || clipMoment(draft.text) === written(end));
        const text = typed ? draft.text : written(end);
        return (
          <TextField
            key={end}
            label={label}
            value={text}
            placeholder={placeholder}
            problem={problemOf(end, text)}
            onChange={(to) => change(end, to)}
          />
        );
      })}
    </div>
  );
}
