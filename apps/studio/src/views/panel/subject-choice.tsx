import { removeSubject, type SubjectKind, setSubject, subjectKind } from '../../model/shot-subject.ts';
import { ChoiceField, Fold } from '../../parts/fields.tsx';
import { useFilm, useFilmState } from '../film-context.ts';
import { ClipPart } from './clip-part.tsx';
import { ClipSound } from './clip-sound.tsx';
import { ClipSpeed } from './clip-speed.tsx';
import { MediaPicker } from './media-picker.tsx';
import { SubjectCutOut } from './subject-cut-out.tsx';
import { SubjectPlace } from './subject-place.tsx';
import type { Field } from './use-field.ts';

const fronts = [
  ['none', 'Nothing'],
  ['picture', 'Picture, cut out'],
  ['clip', 'Clip, cut out'],
] as const;
const base = ['visual', 'subject'] as const;

/** What is cut out of a picture or clip and stands before a shot's ground. */
export function SubjectChoice({ field }: { readonly field: Field }) {
  const { editing, selected: shot } = useFilm();
  const film = useFilmState((state) => state.id);
  const kind = subjectKind(field.read(['visual']));
  const change = (to: SubjectKind | 'none'): void => {
    if (to === (kind ?? 'none')) return;
    editing.edit({
      label: `what stands in front in shot ${shot + 1}`,
      change: (document) => (to === 'none' ? removeSubject(document, shot) : setSubject(document, { shot, kind: to, file: '' })),
    });
  };
  return (
    <>
      <ChoiceField label="In front" value={kind ?? 'none'} options={fronts} onChange={change} />
      {kind !== null && (
        <>
          <MediaPicker
            key={kind}
            kind={kind}
            goal={{ to: 'shot', film, shot: field.text(['id'], ''), use: kind === 'clip' ? 'subject-clip' : 'subject' }}
            file={field.text([...base, kind], '')}
            onPick={({ path, digest }) =>
              editing.edit({
                label: `subject of shot ${shot + 1}`,
                change: (document) => setSubject(document, { shot, kind, file: path }),
                files: { [path]: digest },
              })
            }
          />
          {kind === 'clip' && <ClipPart key={`part ${shot}`} field={field} base={base} />}
          {kind === 'clip' && <ClipSpeed field={field} base={base} />}
          {kind === 'clip' && <ClipSound field={field} base={base} />}
          <Fold title="How it is cut out and stands">
            <SubjectCutOut key={shot} field={field} kind={kind} />
            <SubjectPlace field={field} kind={kind} />
          </Fold>
        </>
      )}
    </>
  );
}
