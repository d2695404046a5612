import type { Rig, RigColor } from '@filmwright/contracts';

type Rgb = readonly [number, number, number];

/** Every named colour of a rig as `#rrggbb`: a look's colours and then own ones are put in place of the rig's, and made colours follow them. */
export function figureColors(rig: Rig, own: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const colorOf = (name: string, seen: readonly string[]): string => {
    const known = found[name];
    if (known !== undefined) return known;
    const color = own[name] ?? rig.colors[name];
    const hex = color === undefined || seen.includes(name) ? '#ff00ff' : hexOf(color, (other) => colorOf(other, [...seen, name]));
    found[name] = hex;
    return hex;
  };
  for (const name of Object.keys(rig.colors)) colorOf(name, []);
  return found;
}

function hexOf(color: RigColor, named: (name: string) => string): string {
  if (typeof color === 'string') return color;
  const base = rgbOf(named(color.of));
  if ('multiply' in color) {
    const by = rgbOf(color.multiply);
    return toHex(base.map((value, index) => (value * (by[index] as number)) / 255));
  }
  const other = rgbOf(color.mix.startsWith('#') ? color.mix : named(color.mix));
  return toHex(base.map((value, index) => value + ((other[index] as number) - value) * color.share));
}

function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function toHex(rgb: readonly number[]): string {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
