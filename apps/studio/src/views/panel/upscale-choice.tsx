import { ChoiceField } from '../../parts/fields.tsx';
import type { Field } from './use-field.ts';

const sizes = [
  ['as-is', 'As it is'],
  ['auto', 'Larger, as the film needs it'],
  ['2', 'Twice as large'],
  ['3', 'Three times as large'],
  ['4', 'Four times as large'],
] as const;

/** Whether a model makes a picture or clip larger and clearer; `base` is where the shot names it. What somebody wrote by hand stays a choice. */
export function UpscaleChoice({ field, base }: { readonly field: Field; readonly base: readonly string[] }) {
  const at = [...base, 'upscale'];
  const said = field.read(at);
  const value = said === undefined ? 'as-is' : typeof said === 'object' ? 'own' : String(said);
  const options: readonly (readonly [string, string])[] = sizes.some(([each]) => each === value)
    ? sizes
    : [...sizes, [value, 'As written in the document']];
  return (
    <ChoiceField
      label="Size and clearness"
      value={value}
      options={options}
      onChange={(to) => {
        if (to === value || to === 'own') return;
        field.write(at, to === 'as-is' ? undefined : to === 'auto' ? 'auto' : Number(to), 'size');
      }}
    />
  );
}
