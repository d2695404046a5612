import { backdropDesigns, motionNames } from '@filmwright/contracts';
import { setInShot } from '../../model/edit-film.ts';
import { asSentence } from '../../model/format.ts';
import { ChoiceField } from '../../parts/fields.tsx';
import { useFilm, useFilmState } from '../film-context.ts';
import { ClipSpeed } from './clip-speed.tsx';
import { DrawnPicture } from './drawn-picture.tsx';
import { MediaPicker, type Picked } from './media-picker.tsx';
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
  const pick =
    (what: 'picture' | 'subject', at: readonly string[]) =>
    ({ path, digest }: Picked): void =>
      editing.edit({
        label: `${what} of shot ${selected + 1}`,
        change: (film) => setInShot(film, { shot: selected, path: at, value: path }),
        files: { [path]: digest },
      });
  const subject = field.read(['visual', 'subject', 'picture']);
  const film = useFilmState((state) => state.id);
  const goal = { to: 'shot', film, shot: field.text(['id'], '') } as const;
  return (
    <div className="stack">
      <ChoiceField label={composed ? 'Behind' : 'Picture'} value={kind} options={grounds} onChange={change} />
      {(kind === 'picture' || kind === 'clip') && (
        <MediaPicker
          kind={kind}
          goal={{ ...goal, use: 'ground' }}
          file={field.text([...base, kind], '')}
          onPick={pick('picture', [...base, kind])}
        />
      )}
      {kind === 'clip' && <ClipSpeed field={field} base={base} />}
      {(kind === 'picture' || kind === 'clip') && <UpscaleChoice field={field} base={base} />}
      {kind === 'generate' && <DrawnPicture field={field} base={base} />}
      {kind === 'backdrop' && (
        <ChoiceField
          label="Design"
          value={field.text([...base, 'backdrop'], 'halo')}
          options={backdropDesigns.map((design) => [design, asSentence(design)])}
          onChange={(design) => field.write([...base, 'backdrop'], design, 'background')}
        />
      )}
      {typeof subject === 'string' && (
        <div className="field">
          <span className="label">In front</span>
          <MediaPicker
            kind="picture"
            goal={{ ...goal, use: 'subject' }}
            file={subject}
            onPick={pick('subject', ['visual', 'subject', 'picture'])}
          />
        </div>
      )}
      <ChoiceField
        label="Movement"
        value={field.text(['motion', 'move'], field.text(['motion'], 'none'))}
        options={motionNames.map((name) => [name, asSentence(name)])}
        onChange={(name) => field.write(['motion'], name === 'none' ? undefined : name, 'movement')}
      />
    </div>
  );
}
