import { objectModel, peopleModel } from '@filmwright/core';
import { useState } from 'react';
import type { SubjectKind } from '../../model/shot-subject.ts';
import { ChoiceField, TextField } from '../../parts/fields.tsx';
import type { Field } from './use-field.ts';

const at = ['visual', 'subject', 'cutOut'] as const;
const models = [
  [peopleModel, 'As people'],
  [objectModel, 'As a thing or an animal'],
  ['named', 'By another model'],
] as const;

/** By what a subject is cut out. The transparency of a clip is not read. */
export function SubjectCutOut({ field, kind }: { readonly field: Field; readonly kind: SubjectKind }) {
  const written = field.text(at, 'auto');
  const [naming, name] = useState(false);
  const options: readonly (readonly [string, string])[] =
    kind === 'clip'
      ? [['auto', 'By itself, as what it shows'], ...models]
      : [['auto', 'By itself, or as it is transparent'], ['alpha', 'As it is transparent, no other way'], ...models];
  const isKnown = options.some(([each]) => each === written);
  const isNamed = naming || !isKnown;
  return (
    <>
      <ChoiceField
        label="Cut out"
        value={isNamed ? 'named' : written}
        options={options}
        onChange={(to) => {
          name(to === 'named');
          if (to !== 'named') field.write(at, to === 'auto' ? undefined : to, 'cut-out');
        }}
      />
      {isNamed && (
        <TextField
          label="Model"
          hint="One that is added, such as isnet, or one revision of it"
          value={isKnown ? '' : written}
          placeholder="isnet"
          onChange={(model) => {
            name(true);
            field.write(at, model.trim() === '' ? undefined : model.trim(), 'cut-out');
          }}
        />
      )}
    </>
  );
}
