import { backdropDesigns, motionNames, textPositions, textStyles, transitionKinds } from '@filmwright/contracts';
import { moveShot, narrationLines, withoutUnprintable } from '@filmwright/core';
import { shotsOf } from '../../model/edit-film.ts';
import { hashOf } from '../../model/place.ts';
import { issuesByShot } from '../../model/shot-facts.ts';
import { CheckField, ChoiceField, Fold, TextField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import { IssueList } from '../../parts/problem-notice.tsx';
import { useDocument, useFilm, useFilmState, useIssues } from '../film-context.ts';
import { MediaPicker } from './media-picker.tsx';
import { type Field, useShotField } from './use-field.ts';
import { useVoices, voiceChoices } from './voices.ts';

/** Everything about the selected shot that is no words. */
export function ShotPanel() {
  const { selected: index, editing, select } = useFilm();
  const document = useDocument();
  const issues = useIssues();
  const filmId = useFilmState((state) => state.id);
  const field = useShotField(index);
  const shots = shotsOf(document);
  const shot = shots[index];
  if (shot === undefined) return null;
  const own = issuesByShot(issues).get(index) ?? [];
  const move = (to: number): void => {
    editing.edit({ label: `moving shot ${index + 1}`, change: (film) => moveShot(film, { from: index, to }) });
    select(to);
  };
  return (
    <div className="stack wide">
      {own.length > 0 && (
        <div className={`notice ${own.some(({ severity }) => severity === 'error') ? 'bad' : 'warn'}`}>
          <IssueList issues={own} />
        </div>
      )}
      <Picture field={field} />
      <div className="pair">
        <TextField
          label="Length"
          value={field.text(['length'], '')}
          placeholder="By its words"
          onChange={(value) => field.write(['length'], value === '' ? undefined : value, 'length')}
        />
        <ChoiceField
          label="Entered by"
          value={field.text(['transition', 'kind'], field.text(['transition'], 'cut'))}
          options={transitionKinds.map((kind) => [kind, sentence(kind)])}
          onChange={(kind) => field.write(['transition'], kind === 'cut' ? undefined : kind, 'transition')}
        />
      </div>
      <VoiceFields index={index} field={field} />
      <Texts field={field} />
      <Fold title="More">
        <CheckField
          label="Captions on this shot"
          checked={field.flag(['captions'], true)}
          onChange={(on) => field.write(['captions'], on ? undefined : false, 'captions')}
        />
        <CheckField
          label="Brand mark on this shot"
          checked={field.flag(['logo'], true)}
          onChange={(on) => field.write(['logo'], on ? undefined : false, 'brand mark')}
        />
        <TextField
          label="Name"
          hint="Lower-case letters, digits and hyphens"
          value={field.text(['id'], '')}
          onChange={(id) => field.write(['id'], id === '' ? undefined : id, 'name')}
        />
      </Fold>
      <div className="row">
        <a className="button" href={hashOf({ view: 'shot', film: filmId, shot: shot.id ?? '' })}>
          <Icon name="sound" />
          Takes and timeline
        </a>
        <IconButton icon="back" framed label="Move the shot forward" disabled={index === 0} onClick={() => move(index - 1)} />
        <IconButton icon="next" framed label="Move the shot back" disabled={index + 1 >= shots.length} onClick={() => move(index + 1)} />
      </div>
    </div>
  );
}

const grounds = [
  ['picture', 'Picture'],
  ['clip', 'Clip'],
  ['backdrop', 'Drawn background'],
  ['none', 'Nothing'],
] as const;
type Ground = (typeof grounds)[number][0];

function Picture({ field }: { readonly field: Field }) {
  const { editing, selected } = useFilm();
  const composed = field.read(['visual', 'background']) !== undefined;
  const base = composed ? ['visual', 'background'] : ['visual'];
  const kind = (['picture', 'clip', 'backdrop'] as const).find((name) => field.read([...base, name]) !== undefined) ?? 'none';
  const change = (to: Ground): void => {
    if (to === kind) return;
    if (to === 'backdrop') field.write(base, { backdrop: 'halo' }, 'picture');
    else if (to === 'none') field.write(composed ? ['visual'] : base, undefined, 'picture');
    else field.write(base, { [to]: '' }, 'picture');
  };
  const pick = (chosen: { readonly path: string; readonly digest: string }): void =>
    editing.edit({
      label: `picture of shot ${selected + 1}`,
      change: (film) => {
        const shots = shotsOf(film);
        const shot = shots[selected];
        if (shot === undefined) return film;
        const visual = { [kind]: chosen.path } as unknown as NonNullable<typeof shot.visual>;
        const next = composed ? { ...(shot.visual as object), background: visual } : visual;
        return { ...film, storyboard: film.storyboard.with(selected, { ...shot, visual: next as typeof visual }) };
      },
      files: { [chosen.path]: chosen.digest },
    });
  const subject = field.read(['visual', 'subject', 'picture']);
  const film = useFilmState((state) => state.id);
  const goal = { to: 'shot', film, shot: field.text(['id'], '') } as const;
  return (
    <div className="stack">
      <ChoiceField label={composed ? 'Behind' : 'Picture'} value={kind} options={grounds} onChange={change} />
      {(kind === 'picture' || kind === 'clip') && (
        <MediaPicker kind={kind} goal={{ ...goal, use: 'ground' }} file={field.text([...base, kind], '')} onPick={pick} />
      )}
      {kind === 'backdrop' && (
        <ChoiceField
          label="Design"
          value={field.text([...base, 'backdrop'], 'halo')}
          options={backdropDesigns.map((design) => [design, sentence(design)])}
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
            onPick={({ path, digest }) =>
              editing.edit({
                label: `subject of shot ${selected + 1}`,
                files: { [path]: digest },
                change: (film) => setSubject(film, selected, path),
              })
            }
          />
        </div>
      )}
      <ChoiceField
        label="Movement"
        value={field.text(['motion', 'move'], field.text(['motion'], 'none'))}
        options={motionNames.map((name) => [name, sentence(name)])}
        onChange={(name) => field.write(['motion'], name === 'none' ? undefined : name, 'movement')}
      />
    </div>
  );
}

function setSubject<Film extends { storyboard: unknown }>(film: Film, index: number, picture: string): Film {
  const shots = film.storyboard as readonly { visual?: { subject?: object } }[];
  const shot = shots[index];
  if (shot?.visual === undefined) return film;
  return { ...film, storyboard: shots.with(index, { ...shot, visual: { ...shot.visual, subject: { ...shot.visual.subject, picture } } }) };
}

function VoiceFields({ index, field }: { readonly index: number; readonly field: Field }) {
  const document = useDocument();
  const voices = useVoices();
  const shot = shotsOf(document)[index];
  const lines = narrationLines(shot?.narration);
  const [line] = lines;
  if (shot === undefined || lines.length !== 1 || line === undefined) return null;
  const known = typeof line === 'string' ? { say: line } : line;
  const write = (key: 'voice' | 'speed', value: unknown): void => {
    const { [key]: _gone, ...kept } = known;
    const next = value === undefined ? kept : { ...kept, [key]: value };
    field.write(['narration'], Object.keys(next).length === 1 ? next.say : next, key);
  };
  const speed = 'speed' in known && known.speed !== undefined ? known.speed : 1;
  return (
    <div className="pair">
      <ChoiceField
        label="Voice"
        value={('voice' in known && known.voice) || ''}
        options={[
          ['', 'As the film'],
          ...voiceChoices(voices, { language: document.language ?? 'en', named: Object.keys(document.voices ?? {}) }).slice(1),
        ]}
        onChange={(voice) => write('voice', voice === '' ? undefined : voice)}
      />
      <ChoiceField
        label="Pace"
        value={String(speed)}
        options={[
          ['0.8', 'Slow'],
          ['0.9', 'Calm'],
          ['1', 'Normal'],
          ['1.1', 'Lively'],
          ['1.25', 'Fast'],
        ]}
        onChange={(pace) => write('speed', pace === '1' ? undefined : Number(pace))}
      />
    </div>
  );
}

function Texts({ field }: { readonly field: Field }) {
  const found = field.read(['text']);
  const blocks = (found === undefined ? [] : Array.isArray(found) ? found : [found]) as readonly {
    text?: string | readonly string[];
    style?: string;
    position?: string;
  }[];
  const write = (next: readonly object[]): void =>
    field.write(['text'], next.length === 0 ? undefined : next.length === 1 ? next[0] : next, 'text');
  const change = (at: number, part: object): void => write(blocks.map((block, index) => (index === at ? { ...block, ...part } : block)));
  return (
    <div className="stack">
      {blocks.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: texts have no name but their place.
        <fieldset key={at} className="block">
          <legend className="unseen">Text {at + 1}</legend>
          <div className="row apart">
            <span className="label">Text {blocks.length > 1 ? at + 1 : ''}</span>
            <IconButton icon="bin" small label={`Remove text ${at + 1}`} onClick={() => write(blocks.filter((_, index) => index !== at))} />
          </div>
          <textarea
            className="area"
            rows={2}
            dir="auto"
            aria-label={`Text ${at + 1}`}
            value={typeof block.text === 'string' ? block.text : (block.text ?? []).join('\n')}
            onChange={({ target }) => {
              const written = withoutUnprintable(target.value);
              change(at, { text: block.style === 'bullets' ? written.split('\n').slice(0, 8) : written });
            }}
          />
          <div className="pair">
            <ChoiceField
              label="Style"
              value={block.style ?? 'title'}
              options={textStyles.map((style) => [style, sentence(style)])}
              onChange={(style) => change(at, { style })}
            />
            <ChoiceField
              label="Place"
              value={block.position ?? ''}
              options={[['', 'By itself'], ...textPositions.map((place) => [place, sentence(place)] as const)]}
              onChange={(position) => write(blocks.map((each, index) => (index === at ? placed(each, position) : each)))}
            />
          </div>
        </fieldset>
      ))}
      <button type="button" className="button" disabled={blocks.length >= 12} onClick={() => write([...blocks, { text: 'Your text' }])}>
        <Icon name="text" />
        Add a text
      </button>
    </div>
  );
}

function placed(block: object, position: string): object {
  const { position: _old, ...kept } = block as { position?: string };
  return position === '' ? kept : { ...kept, position };
}

function sentence(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
