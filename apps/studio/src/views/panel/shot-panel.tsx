import { transitionKinds } from '@filmwright/contracts';
import { moveShot, narrationLines } from '@filmwright/core';
import { shotsOf } from '../../model/edit-film.ts';
import { asSentence } from '../../model/format.ts';
import { hashOf } from '../../model/place.ts';
import { issuesByShot } from '../../model/shot-facts.ts';
import { CheckField, ChoiceField, Fold, TextField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import { IssueList } from '../../parts/problem-notice.tsx';
import { useDocument, useFilm, useFilmState, useIssues } from '../film-context.ts';
import { ShotPicture } from './shot-picture.tsx';
import { ShotTexts } from './shot-texts.tsx';
import { type Field, useShotField } from './use-field.ts';
import { useVoiceChoices } from './voices.ts';

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
      <ShotPicture field={field} />
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
          options={transitionKinds.map((kind) => [kind, asSentence(kind)])}
          onChange={(kind) => field.write(['transition'], kind === 'cut' ? undefined : kind, 'transition')}
        />
      </div>
      <VoiceFields index={index} field={field} />
      <ShotTexts field={field} />
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

function VoiceFields({ index, field }: { readonly index: number; readonly field: Field }) {
  const voices = useVoiceChoices();
  const shot = shotsOf(useDocument())[index];
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
        options={[['', 'As the film'], ...voices.slice(1)]}
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
