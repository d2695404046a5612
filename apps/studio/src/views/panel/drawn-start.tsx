import type { Generate, Generator } from '@filmwright/contracts';
import { pickGenerator } from '@filmwright/core';
import { setInShot } from '../../model/edit-film.ts';
import { Fold, RangeField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useFilm, useFilmState } from '../film-context.ts';
import { nameOf } from './generators.ts';
import { MediaPicker } from './media-picker.tsx';
import type { Field } from './use-field.ts';

/** What the format takes where a picture is given alone. */
const ownStrength = 0.8;

/** The picture that a model starts from, and how much of it is drawn anew; without one it starts from nothing. `models` is null until they are known. */
export function DrawnStart({
  field,
  base,
  models,
}: {
  readonly field: Field;
  readonly base: readonly string[];
  readonly models: readonly Generator[] | null;
}) {
  const { editing, selected } = useFilm();
  const film = useFilmState((state) => state.id);
  const at = [...base, 'generate'];
  const file = field.text([...at, 'picture'], '');
  const refusal = models === null ? null : whyNot(models, field.text([...at, 'model'], ''));
  const canStart = refusal === null;
  const strength = field.number([...at, 'strength'], ownStrength);
  const wordsAlone = (): void =>
    editing.edit({
      label: `drawing shot ${selected + 1} from words alone`,
      change: (document) =>
        ['picture', 'strength'].reduce(
          (changed, key) => setInShot(changed, { shot: selected, path: [...at, key], value: undefined }),
          document,
        ),
    });
  return (
    <Fold title="Start from a picture" open={file !== ''}>
      {!canStart && <p className={file === '' ? 'quiet small' : 'bad-text small'}>{refusal}</p>}
      {(canStart || file !== '') && (
        <MediaPicker
          kind="picture"
          goal={{ to: 'shot', film, shot: field.text(['id'], ''), use: 'sketch' }}
          file={file}
          onPick={({ path, digest }) =>
            editing.edit({
              label: `what shot ${selected + 1} is drawn from`,
              change: (document) => setInShot(document, { shot: selected, path: [...at, 'picture'], value: path }),
              files: { [path]: digest },
            })
          }
        />
      )}
      {file !== '' && (
        <>
          <RangeField
            label="How much is drawn anew"
            hint="At 0 % the picture stays as it is, at 100 % only the words count; between them its shapes and colours shine through."
            value={strength}
            min={0}
            max={1}
            step={0.05}
            shown={(value) => `${Math.round(value * 100)} %`}
            onChange={(value) => field.write([...at, 'strength'], value === ownStrength ? undefined : value, 'strength')}
          />
          <button type="button" className="button" onClick={wordsAlone}>
            <Icon name="text" />
            Draw from words alone
          </button>
        </>
      )}
    </Fold>
  );
}

/** Why the model, or the best one where none is named, starts from no picture; null where it does. */
function whyNot(models: readonly Generator[], model: string): string | null {
  const asked: Generate = { prompt: '-', picture: '-' };
  if (pickGenerator(model === '' ? asked : { ...asked, model }, models) !== undefined) return null;
  const able = models.filter((one) => pickGenerator(asked, [one]) !== undefined).map(nameOf);
  const isThere = pickGenerator({ prompt: '-', model }, models) !== undefined;
  const wrong =
    model === ''
      ? 'No model that is there starts from a picture.'
      : isThere
        ? `${model} draws from words alone.`
        : `${model} is not there, or starts from no picture.`;
  return able.length === 0
    ? `${wrong} Models that can are added with “filmwright models add”.`
    : `${wrong} Choose ${[...new Set(able)].join(' or ')} to start from a picture.`;
}
