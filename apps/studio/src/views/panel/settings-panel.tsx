import { aspects, type FilmDocument, frameRates, resolutions } from '@filmwright/contracts';
import { setAt } from '../../model/edit-film.ts';
import { filesNamed } from '../../model/file-names.ts';
import { brandColors } from '../../model/shot-facts.ts';
import { CheckField, ChoiceField, ColorField, Fold, RangeField, TextField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useDocument, useFiles, useFilm, useFilmState } from '../film-context.ts';
import { CharactersFold } from './characters-fold.tsx';
import { KeepButton, TakeButton } from './kept-things.tsx';
import { MediaPicker, type Picked } from './media-picker.tsx';
import { useFilmField } from './use-field.ts';
import { useVoiceChoices } from './voices.ts';

const languages = [
  ['en', 'English'],
  ['de', 'German'],
  ['fr', 'French'],
  ['es', 'Spanish'],
  ['it', 'Italian'],
  ['pt', 'Portuguese'],
  ['nl', 'Dutch'],
  ['zh', 'Chinese'],
  ['ar', 'Arabic'],
  ['hi', 'Hindi'],
] as const;

/** What the format has for a key `byItself`, and what a step that changes it is called. */
type Bound<Value> = { readonly byItself: Value; readonly label: string };

/** What holds for the whole film. */
export function SettingsPanel() {
  const { editing } = useFilm();
  const document = useDocument();
  const filmId = useFilmState((state) => state.id);
  const field = useFilmField();
  const voices = useVoiceChoices();
  const files = useFiles();
  const [background, primary, accent, text] = brandColors(document);
  const captions = field.read(['captions']) !== false;
  const set = (path: readonly string[], label: string) => (value: unknown) => field.write(path, value === '' ? undefined : value, label);
  const choice = (path: readonly string[], { byItself, label }: Bound<string>) => ({
    value: field.text(path, byItself),
    onChange: set(path, label),
  });
  const level = (path: readonly string[], { byItself, label }: Bound<number>) => ({
    value: field.number(path, byItself),
    onChange: set(path, label),
  });
  const pick = (path: readonly string[], label: string) => (chosen: Picked) =>
    editing.edit({ label, change: (film) => setAt(film, path, chosen.path), files: { [chosen.path]: chosen.digest } });
  const others = aspects.filter((aspect) => aspect !== field.text(['format', 'aspect'], '16:9'));
  const made = (field.read(['outputs', 'aspects']) ?? []) as readonly string[];
  return (
    <div className="stack">
      <Fold title="Format" open>
        <div className="pair">
          <ChoiceField
            label="Shape"
            {...choice(['format', 'aspect'], { byItself: '16:9', label: 'the shape' })}
            options={aspects.map((each) => [each, shapeNames[each]])}
          />
          <ChoiceField
            label="Resolution"
            {...choice(['format', 'resolution'], { byItself: '1080p', label: 'the resolution' })}
            options={resolutions.map((each) => [each, each])}
          />
        </div>
        <div className="pair">
          <ChoiceField
            label="Frames a second"
            value={String(field.number(['format', 'fps'], 30))}
            options={frameRates.map((rate) => [String(rate), String(rate)])}
            onChange={(rate) => field.write(['format', 'fps'], Number(rate), 'the frame rate')}
          />
          <ChoiceField
            label="Quality"
            {...choice(['outputs', 'master', 'quality'], { byItself: 'standard', label: 'the quality' })}
            options={[
              ['draft', 'Draft, quick'],
              ['standard', 'Standard'],
              ['high', 'High'],
            ]}
          />
        </div>
        <fieldset className="block">
          <legend className="label">Made in these shapes too</legend>
          <div className="row">
            {others.map((aspect) => (
              <CheckField
                key={aspect}
                label={aspect}
                checked={made.includes(aspect)}
                onChange={(on) => {
                  const next = on ? [...made, aspect] : made.filter((each) => each !== aspect);
                  field.write(['outputs', 'aspects'], next.length === 0 ? undefined : next, 'the shapes made');
                }}
              />
            ))}
          </div>
        </fieldset>
        <CheckField
          label="Package for web pages (HLS and DASH)"
          checked={field.flag(['outputs', 'package'], false)}
          onChange={(on) => field.write(['outputs', 'package'], on ? true : undefined, 'the web package')}
        />
      </Fold>
      <Fold title="Voice and language" open>
        <ChoiceField label="Language" {...choice(['language'], { byItself: 'en', label: 'the language' })} options={languages} />
        <ChoiceField label="Voice" {...choice(['voice'], { byItself: '', label: 'the voice' })} options={voices} />
      </Fold>
      <Fold title="Captions">
        <CheckField
          label="Captions in the picture"
          checked={captions}
          onChange={(on) => field.write(['captions'], on ? undefined : false, 'captions')}
        />
        {captions && (
          <>
            <div className="pair">
              <ChoiceField
                label="Style"
                {...choice(['captions', 'style'], { byItself: 'boxed', label: 'the captions' })}
                options={[
                  ['boxed', 'Boxed'],
                  ['outlined', 'Outlined'],
                ]}
              />
              <ChoiceField
                label="Place"
                {...choice(['captions', 'position'], { byItself: 'bottom', label: 'the captions' })}
                options={[
                  ['bottom', 'Bottom'],
                  ['center', 'Middle'],
                  ['top', 'Top'],
                ]}
              />
            </div>
            <RangeField
              label="Size"
              min={0.5}
              max={2}
              step={0.05}
              shown={(value) => `${Math.round(value * 100)} %`}
              {...level(['captions', 'size'], { byItself: 1, label: 'the captions' })}
            />
          </>
        )}
      </Fold>
      <Fold title="Brand">
        <div className="pair">
          <ColorField label="Background" value={background ?? ''} onChange={set(['brand', 'colors', 'background'], 'a brand colour')} />
          <ColorField label="Text" value={text ?? ''} onChange={set(['brand', 'colors', 'text'], 'a brand colour')} />
          <ColorField label="Primary" value={primary ?? ''} onChange={set(['brand', 'colors', 'primary'], 'a brand colour')} />
          <ColorField label="Accent" value={accent ?? ''} onChange={set(['brand', 'colors', 'accent'], 'a brand colour')} />
        </div>
        <div className="field">
          <span className="label">Brand mark</span>
          <MediaPicker
            kind="picture"
            goal={{ to: 'film', film: filmId, use: 'logo' }}
            file={field.text(['brand', 'logo'], '')}
            onPick={pick(['brand', 'logo'], 'the brand mark')}
          />
        </div>
        <div className="row">
          <TakeButton
            kind="brand"
            label="Use a brand kit"
            onTake={({ name, body, files: added }) =>
              editing.edit({ label: `the brand kit ${name}`, change: (film) => setAt(film, ['brand'], body), files: added })
            }
          />
          {document.brand !== undefined && (
            <KeepButton
              key={JSON.stringify(document.brand)}
              kind="brand"
              name={`${field.text(['title'], 'Film')} brand`}
              body={document.brand}
              files={filesNamed(files, brandFiles(document.brand))}
            />
          )}
        </div>
      </Fold>
      <CharactersFold />
      <Fold title="Music and sound">
        <MediaPicker
          kind="sound"
          goal={{ to: 'film', film: filmId, use: 'music' }}
          file={field.text(['soundtrack', 'music'], '')}
          onPick={pick(['soundtrack', 'music'], 'the music')}
        />
        {field.read(['soundtrack', 'music']) !== undefined && (
          <button type="button" className="button" onClick={() => field.write(['soundtrack', 'music'], undefined, 'the music')}>
            <Icon name="bin" />
            No music
          </button>
        )}
        <RangeField
          label="Music level"
          min={-40}
          max={0}
          step={1}
          shown={(value) => `${value} dB`}
          {...level(['soundtrack', 'volume'], { byItself: -16, label: 'the music' })}
        />
        <RangeField
          label="Lower under speech"
          min={0}
          max={30}
          step={1}
          shown={(value) => `by ${value} dB`}
          {...level(['soundtrack', 'duck'], { byItself: 12, label: 'the music' })}
        />
        <RangeField
          label="Loudness of the film"
          min={-31}
          max={-9}
          step={1}
          shown={(value) => `${value} LUFS`}
          {...level(['soundtrack', 'loudness'], { byItself: -14, label: 'the loudness' })}
        />
      </Fold>
      <TextField label="Title" value={field.text(['title'], '')} onChange={(title) => field.write(['title'], title, 'the title')} />
    </div>
  );
}

const shapeNames = { '16:9': '16:9 wide', '9:16': '9:16 upright', '1:1': '1:1 square', '4:5': '4:5 portrait' } as const;

function brandFiles(brand: FilmDocument['brand']): readonly (string | undefined)[] {
  const font = brand?.font;
  return [brand?.logo, ...(typeof font === 'object' ? [font.regular, font.bold] : [])];
}
