import type { FilmDocument } from '@filmwright/contracts';
import { presenterDocuments } from '@filmwright/core';
import { setAt } from '../../model/edit-film.ts';
import { filesNamed } from '../../model/file-names.ts';
import { asSentence } from '../../model/format.ts';
import { ChoiceField, Fold } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import { useDocument, useFiles, useFilm } from '../film-context.ts';
import { KeepButton, TakeButton } from './kept-things.tsx';
import { useFilmField } from './use-field.ts';
import { useVoiceChoices } from './voices.ts';

const drawn = Object.keys(presenterDocuments);

/** The drawn people of a film: who they are and how they sound. */
export function CharactersFold() {
  const { editing } = useFilm();
  const document = useDocument();
  const files = useFiles();
  const field = useFilmField();
  const voices = useVoiceChoices();
  const characters = charactersOf(document);
  const add = (name: string, body: unknown, added: Readonly<Record<string, string>> = {}): void =>
    editing.edit({
      label: `the character ${name}`,
      change: (film) => setAt(film, ['characters', freeName(film, name)], body),
      files: added,
    });
  return (
    <Fold title="Characters">
      {Object.entries(characters).map(([name, character]) => (
        <fieldset key={name} className="block">
          <legend className="unseen">{name}</legend>
          <div className="row apart">
            <strong>{name}</strong>
            <IconButton
              icon="bin"
              small
              label={`Remove ${name}`}
              onClick={() => field.write(['characters', name], undefined, `the character ${name}`)}
            />
          </div>
          <ChoiceField
            label="Figure"
            value={String(character.rig ?? '')}
            options={drawn.map((rig) => [rig, asSentence(rig)])}
            onChange={(rig) => field.write(['characters', name, 'rig'], rig, `the character ${name}`)}
          />
          <ChoiceField
            label="Voice"
            value={character.voice ?? ''}
            options={voices}
            onChange={(voice) => field.write(['characters', name, 'voice'], voice === '' ? undefined : voice, `the voice of ${name}`)}
          />
          <div>
            <KeepButton kind="character" name={name} body={character} files={filesNamed(files, [String(character.rig ?? '')])} />
          </div>
        </fieldset>
      ))}
      <div className="row">
        {drawn.map((rig) => (
          <button key={rig} type="button" className="button" onClick={() => add(rig, { rig })}>
            <Icon name="person" />
            Add {asSentence(rig)}
          </button>
        ))}
        <TakeButton kind="character" label="From the library" onTake={(item) => add(item.name, item.body, item.files)} />
      </div>
    </Fold>
  );
}

function charactersOf(
  document: FilmDocument,
): Readonly<Record<string, { readonly rig?: string | undefined; readonly voice?: string | undefined }>> {
  const { characters } = document;
  return typeof characters === 'object' && characters !== null ? characters : {};
}

function freeName(film: FilmDocument, near: string): string {
  const taken = charactersOf(film);
  for (let number = 1; ; number++) {
    const name = number === 1 ? near : `${near}-${number}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}
