import { setInShot } from '../../model/edit-film.ts';
import { type SubjectKind, usualPlaces } from '../../model/shot-subject.ts';
import { CheckField, ChoiceField, RangeField } from '../../parts/fields.tsx';
import { useFilm } from '../film-context.ts';
import type { Field } from './use-field.ts';

const base = ['visual', 'subject'] as const;
const shadows = [
  ['floor', 'On the ground'],
  ['soft', 'Soft, behind it'],
  ['none', 'None'],
] as const;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Where a subject stands, how high it is and what shadow it has; by itself it is as large as texts and captions allow. */
export function SubjectPlace({ field, kind }: { readonly field: Field; readonly kind: SubjectKind }) {
  const { editing, selected: shot } = useFilm();
  const usualPlace = usualPlaces[kind];
  const at = field.read([...base, 'at']);
  const isFree = at === undefined && field.read([...base, 'height']) === undefined;
  const [x, y] = usualPlace.at.map((usual, index) => (Array.isArray(at) && typeof at[index] === 'number' ? at[index] : usual)) as [
    number,
    number,
  ];
  const set = (byItself: boolean): void =>
    editing.edit({
      label: `place of the subject of shot ${shot + 1}`,
      change: (film) =>
        (['at', 'height'] as const).reduce(
          (changed, key) => setInShot(changed, { shot, path: [...base, key], value: byItself ? undefined : usualPlace[key] }),
          film,
        ),
    });
  const along = { min: -0.5, max: 1.5, step: 0.01, shown: (share: number) => (at === undefined ? 'by itself' : percent(share)) };
  const put = (place: readonly [number, number]): void => field.write([...base, 'at'], place, 'place of the subject');
  return (
    <>
      <CheckField label="Placed by itself, clear of texts and captions" checked={isFree} onChange={set} />
      {!isFree && (
        <>
          <RangeField
            label="Height"
            value={field.number([...base, 'height'], usualPlace.height)}
            min={0.05}
            max={1.5}
            step={0.01}
            shown={(share) => (field.read([...base, 'height']) === undefined ? 'by itself' : `${percent(share)} of the frame`)}
            onChange={(height) => field.write([...base, 'height'], height, 'height of the subject')}
          />
          <RangeField label="From the left" hint="Where its middle stands" value={x} {...along} onChange={(share) => put([share, y])} />
          <RangeField
            label="From the top"
            {...(kind === 'clip'
              ? { hint: 'A person who ends at the waist looks right where that is at the lower edge of the frame.' }
              : {})}
            value={y}
            {...along}
            onChange={(share) => put([x, share])}
          />
        </>
      )}
      <ChoiceField
        label="Shadow"
        value={field.text([...base, 'shadow'], 'floor')}
        options={shadows}
        onChange={(shadow) => field.write([...base, 'shadow'], shadow === 'floor' ? undefined : shadow, 'shadow')}
      />
    </>
  );
}
