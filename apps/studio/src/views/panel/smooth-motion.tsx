import { CheckField } from '../../parts/fields.tsx';
import type { Field } from './use-field.ts';

/** Whether a model draws the frames that are missing between those that are there; `base` is where the shot names what moves. */
export function SmoothMotion({ field, base, label }: { readonly field: Field; readonly base: readonly string[]; readonly label: string }) {
  return (
    <CheckField
      label={label}
      checked={isSmooth(field, base)}
      onChange={(on) => field.write([...base, 'interpolate'], on ? true : undefined, 'smooth motion')}
    />
  );
}

/** Whether the shot says so already, in whatever way. */
export function isSmooth(field: Field, base: readonly string[]): boolean {
  const written = field.read([...base, 'interpolate']);
  return written !== undefined && written !== false;
}
