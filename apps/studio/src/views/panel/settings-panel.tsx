import { aspects, type FilmDocument, frameRates, resolutions } from '@filmwright/contracts';
import { setAt } from '../../model/edit-film.ts';
import { brandColors } from '../../model/shot-facts.ts';
import { CheckField, ChoiceField, ColorField, Fold, RangeField, TextField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useDocument, useFilm, useFilmState } from '../film-context.ts';
import { CharactersFold, pick as pickFiles } from './characters-fold.tsx';
import { KeepButton, TakeButton } from './kept-things.tsx';
import { MediaPicker } from './media-picker.tsx';
import { useFilmField } from './use-field.ts';
import { useVoices, voiceChoices } from './voices.ts';

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

/** What holds for the whole film. */
export function SettingsPanel() {
  const { editing } = useFilm();
  const document = useDocument();
  const filmId = useFilmState((state) => state.id);
  const field = useFilmField();
  const voices = useVoices();
  const filmFiles = useFilmState((state) => state.history.now.content.files);
  const [background, primary, accent, text] = brandColors(document);
  const captions = field.read(['captions']) !== false;
  const set = (path: readonly string[], label: string) => (value: unknown) => field.write(path, value === '' ? undefined : value, label);
  const pick = (path: readonly string[], label: string) => (chosen: { readonly path: string; readonly digest: string }) =>
    editing.edit({ label, change: (film) => setAt(film, path, chosen.path), files: { [chosen.path]: chosen.digest } });
  const others = aspects.filter((aspect) => aspect !== field.text(['format', 'aspect'], '16:9'));
  const made = (field.read(['outputs', 'aspects']) ?? []) as readonly string[];
  return (
    <div className="stack">
      <Fold title="Format" open>
        <div className="pair">
          <ChoiceField
            label="Shape"
            value={field.text(['format', 'aspect'], '16:9')}
            options={aspects.map((each) => [each, shapeNames[each]])}
            onChange={set(['format', 'aspect'], 'the shape')}
          />
          <ChoiceField
            label="Resolution"
            value={field.text(['format', 'resolution'], '1080p')}
            options={resolutions.map((each) => [each, each])}
            onChange={set(['format', 'resolution'], 'the resolution')}
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
            value={field.text(['outputs', 'master', 'quality'], 'standard')}
            options={[
              ['draft', 'Draft, quick'],
              ['standard', 'Standard'],
              ['high', 'High'],
            ]}
            onChange={set(['outputs', 'master', 'quality'], 'the quality')}
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
        <ChoiceField
          label="Language"
          value={field.text(['language'], 'en')}
          options={languages}
          onChange={set(['language'], 'the language')}
        />
        <ChoiceField
          label="Voice"
          value={field.text(['voice'], '')}
          options={voiceChoices(voices, { language: field.text(['language'], 'en'), named: Object.keys(document.voices ?? {}) })}
          onChange={set(['voice'], 'the voice')}
        />
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
                value={field.text(['captions', 'style'], 'boxed')}
                options={[
                  ['boxed', 'Boxed'],
                  ['outlined', 'Outlined'],
                ]}
                onChange={set(['captions', 'style'], 'the captions')}
              />
              <ChoiceField
                label="Place"
                value={field.text(['captions', 'position'], 'bottom')}
                options={[
                  ['bottom', 'Bottom'],
                  ['center', 'Middle'],
                  ['top', 'Top'],
                ]}
                onChange={set(['captions', 'position'], 'the captions')}
              />
            </div>
            <RangeField
              label="Size"
              min={0.5}
              max={2}
              step={0.05}
              value={field.number(['captions', 'size'], 1)}
              shown={`${Math.round(field.number(['captions', 'size'], 1) * 100)} %`}
              onChange={set(['captions', 'size'], 'the captions')}
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
            onTake={({ name, body, files }) =>
              editing.edit({ label: `the brand kit ${name}`, change: (film) => setAt(film, ['brand'], body), files })
            }
          />
          {document.brand !== undefined && (
            <KeepButton
              key={JSON.stringify(document.brand)}
              kind="brand"
              name={`${field.text(['title'], 'Film')} brand`}
              body={document.brand}
              files={pickFiles(filmFiles, brandFiles(document.brand))}
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
          value={field.number(['soundtrack', 'volume'], -16)}
          shown={`${field.number(['soundtrack', 'volume'], -16)} dB`}
          onChange={set(['soundtrack', 'volume'], 'the music')}
        />
        <RangeField
          label="Lower under speech"
          min={0}
          max={30}
          step={1}
          value={field.number(['soundtrack', 'duck'], 12)}
          shown={`by ${field.number(['soundtrack', 'duck'], 12)} dB`}
          onChange={set(['soundtrack', 'duck'], 'the music')}
        />
        <RangeField
          label="Loudness of the film"
          min={-31}
          max={-9}
          step={1}
          value={field.number(['soundtrack', 'loudness'], -14)}
          shown={`${field.number(['soundtrack', 'loudness'], -14)} LUFS`}
          onChange={set(['soundtrack', 'loudness'], 'the loudness')}
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
