import { ChoiceField } from '../../parts/fields.tsx';
import { isSmooth, SmoothMotion } from './smooth-motion.tsx';
import type { Field } from './use-field.ts';

const speeds = [
  [0.25, 'Quarter speed'],
  [0.5, 'Half speed'],
  [1, 'As it was taken'],
  [2, 'Twice as fast'],
  [4, 'Four times as fast'],
] as const;

/** How fast a clip plays, and whether the frames that it then lacks are drawn; `base` is where the shot names the clip. A speed that somebody wrote by hand stays a choice. */
export function ClipSpeed({ field, base }: { readonly field: Field; readonly base: readonly string[] }) {
  const speed = field.number([...base, 'speed'], 1);
  const known: readonly (readonly [number, string])[] = speeds.some(([each]) => each === speed)
    ? speeds
    : [...speeds, [speed, `${speed} times as fast`] as const].sort(([a], [b]) => a - b);
  return (
    <>
      <ChoiceField
        label="Speed"
        value={String(speed)}
        options={known.map(([each, name]) => [String(each), name] as const)}
        onChange={(to) => field.write([...base, 'speed'], Number(to) === 1 ? undefined : Number(to), 'speed')}
      />
      {(speed <= 1 || isSmooth(field, base)) && (
        <SmoothMotion field={field} base={base} label={speed < 1 ? 'Smooth slow motion' : 'Smooth where it has few frames a second'} />
      )}
    </>
  );
}
