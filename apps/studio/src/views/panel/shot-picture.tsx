import { backdropDesigns, motionNames } from '@filmwright/contracts';
import { setInShot } from '../../model/edit-film.ts';
import { asSentence } from '../../model/format.ts';
import { groundToFront } from '../../model/shot-subject.ts';
import { ChoiceField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useFilm, useFilmState } from '../film-context.ts';
import { ClipPart } from './clip-part.tsx';
import { ClipSound } from './clip-sound.tsx';
import { ClipSpeed } from './clip-speed.tsx';
import { DrawnPicture } from './drawn-picture.tsx';
import { MediaPicker, type Picked } from './media-picker.tsx';
import { SubjectChoice } from './subject-choice.tsx';
import { UpscaleChoice } from './upscale-choice.tsx';
import type { Field } from './use-field.ts';

const grounds = [
  ['picture', 'Picture'],
  ['clip', 'Clip'],
  ['generate', 'Drawn from words'],
  ['backdrop', 'Painted background'],
  ['none', 'Nothing'],
] as const;
type Ground = (typeof grounds)[number][0];

/** What a shot shows: its ground, what stands in front of it, and how the picture moves. */
export function ShotPicture({ field }: { readonly field: Field }) {
  const { editing, selected } = useFilm();
  const hasFigures = field.read(['visual', 'figures']) !== undefined;
  const composed = field.read(['visual', 'background']) !== undefined;
  const base = composed ? ['visual', 'background'] : ['visual'];
  const kind = (['picture', 'clip', 'generate', 'backdrop'] as const).find((name) => field.read([...base, name]) !== undefined) ?? 'none';
  const change = (to: Ground): void => {
    if (to === kind) return;
    if (to === 'backdrop') field.write(base, { backdrop: 'halo' }, 'picture');
    else if (to === 'generate') field.write(base, { generate: { prompt: 'soft blue waves' } }, 'picture');
    else if (to === 'none') field.write(composed ? ['visual'] : base, undefined, 'picture');
    else field.write(base, { [to]: '' }, 'picture');
  };
  const pick = ({ path, digest }: Picked): void =>
    editing.edit({
      label: `picture of shot ${selected + 1}`,
      change: (document) => setInShot(document, { shot: selected, path: [...base, kind], value: path }),
      files: { [path]: digest },
    });
  const toFront = (): void =>
    editing.edit({
      label: `another background in shot ${selected + 1}`,
      change: (document) => groundToFront(document, selected),
    });
  const film = useFilmState((state) => state.id);
  // What stands in front needs a ground.
  const offered = composed && !hasFigures ? grounds.filter(([ground]) => ground !== 'none') : grounds;
  const isFile = kind === 'picture' || kind === 'clip';
  const file = field.text([...base, kind], '');
  return (
    <div className="stack">
      <ChoiceField label={composed ? 'Behind' : 'Picture'} value={kind} options={offered} onChange={change} />
      {isFile && (
        <MediaPicker kind={kind} goal={{ to: 'shot', film, shot: field.text(['id'], ''), use: 'ground' }} file={file} onPick={pick} />
      )}
      {isFile && !composed && file !== '' && (
        <button type="button" className="button" onClick={toFront}>
          <Icon name="person" />
          Cut it out, for another background
        </button>
      )}
      {kind === 'clip' && <ClipPart key={`part ${selected}`} field={field} base={base} />}
      {kind === 'clip' && <ClipSpeed field={field} base={base} />}
      {kind === 'clip' && <ClipSound field={field} base={base} />}
      {isFile && <UpscaleChoice field={field} base={base} />}
      {kind === 'generate' && <DrawnPicture field={field} base={base} />}
      {kind === 'backdrop' && (
        <ChoiceField
          label="Design"
          value={field.text([...base, 'backdrop'], 'halo')}
          options={backdropDesigns.map((design) => [design, asSentence(design)])}
          onChange={(design) => field.write([...base, 'backdrop'], design, 'background')}
        />
      )}
      {!hasFigures && <SubjectChoice field={field} />}
      <ChoiceField
        label="Movement"
        value={field.text(['motion', 'move'], field.text(['motion'], 'none'))}
        options={motionNames.map((name) => [name, asSentence(name)])}
        onChange={(name) => field.write(['motion'], name === 'none' ? undefined : name, 'movement')}
      />
    </div>
  );
}
