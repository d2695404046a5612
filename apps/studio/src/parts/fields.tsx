import { withoutUnprintable } from '@filmwright/core';
import { type ReactNode, useEffect, useId, useState } from 'react';

type Base = { readonly label: string };

/** A choice of a list; a value that is none of it is shown as it is. */
export function ChoiceField<Value extends string>({
  label,
  value,
  options,
  onChange,
}: Base & {
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, name: string])[];
  readonly onChange: (value: Value) => void;
}) {
  const id = useId();
  const known = options.some(([each]) => each === value);
  return (
    <Labelled id={id} label={label}>
      <select id={id} className="select" value={value} onChange={({ target }) => onChange(target.value as Value)}>
        {!known && <option value={value}>{value}</option>}
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** A line of text; `onChange` hears every letter. `problem` says what is wrong with it as it stands. */
export function TextField({
  label,
  hint,
  problem,
  value,
  placeholder = '',
  onChange,
}: Base & {
  readonly hint?: string;
  readonly problem?: string | undefined;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) {
  const said = problem ?? hint;
  const id = useId();
  return (
    <Labelled id={id} label={label}>
      <input
        id={id}
        className="input"
        dir="auto"
        value={value}
        placeholder={placeholder}
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={said === undefined ? undefined : `${id}h`}
        onChange={({ target }) => onChange(withoutUnprintable(target.value))}
      />
      {said !== undefined && (
        <span
          id={`${id}h`}
          className={problem === undefined ? 'quiet small' : 'bad-text small'}
          role={problem === undefined ? undefined : 'status'}
        >
          {said}
        </span>
      )}
    </Labelled>
  );
}

/** A number on a scale, with its value in words beside the label. */
export function RangeField({
  label,
  hint,
  value,
  min,
  max,
  step,
  shown,
  onChange,
}: Base & {
  readonly hint?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly shown: (value: number) => string;
  readonly onChange: (value: number) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <span className="row apart">
        <label className="label" htmlFor={id}>
          {label}
        </label>
        <span className="small figures quiet">{shown(value)}</span>
      </span>
      <input
        id={id}
        className="input"
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={shown(value)}
        aria-describedby={hint === undefined ? undefined : `${id}h`}
        onChange={({ target }) => onChange(Number(target.value))}
      />
      {hint !== undefined && (
        <span id={`${id}h`} className="quiet small">
          {hint}
        </span>
      )}
    </div>
  );
}

/** A colour; the field stands for the format's own colour until one is chosen. */
export function ColorField({ label, value, onChange }: Base & { readonly value: string; readonly onChange: (value: string) => void }) {
  const id = useId();
  // Colour choosers tell every shade that is passed; only what they come to rest on is an edit.
  const [shade, setShade] = useState(value);
  useEffect(() => setShade(value), [value]);
  useEffect(() => {
    if (shade === value) return;
    const timer = setTimeout(() => onChange(shade), 150);
    return () => clearTimeout(timer);
  }, [shade, value, onChange]);
  return (
    <Labelled id={id} label={label}>
      <input id={id} className="input" type="color" value={sixDigits(shade)} onChange={({ target }) => setShade(target.value)} />
    </Labelled>
  );
}

/** Yes or no. */
export function CheckField({
  label,
  checked,
  onChange,
}: {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={({ target }) => onChange(target.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** A part of a form that opens and closes; open at first where `open` says so. */
export function Fold({ title, open = false, children }: { readonly title: string; readonly open?: boolean; readonly children: ReactNode }) {
  return (
    <details className="fold" open={open}>
      <summary>{title}</summary>
      <div className="stack">{children}</div>
    </details>
  );
}

function Labelled({ id, label, children }: { readonly id: string; readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

function sixDigits(color: string): string {
  return /^#[0-9a-f]{3}$/i.test(color) ? `#${[...color.slice(1)].map((digit) => digit + digit).join('')}` : color;
}
