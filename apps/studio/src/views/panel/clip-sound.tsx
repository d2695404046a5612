import { ChoiceField } from '../../parts/fields.tsx';
import type { Field } from './use-field.ts';

const sounds = [
  ['mute', 'Silent'],
  ['duck', 'Lowered while somebody speaks'],
  ['keep', 'As it is'],
] as const;

/** What is heard of a clip's own sound; `base` is where the shot names the clip. */
export function ClipSound({ field, base }: { readonly field: Field; readonly base: readonly string[] }) {
  return (
    <ChoiceField
      label="Its own sound"
      value={field.text([...base, 'sound'], 'mute')}
      options={sounds}
      onChange={(sound) => field.write([...base, 'sound'], sound === 'mute' ? undefined : sound, 'sound of the clip')}
    />
  );
}
