/** Red, green, blue from 0 to 255 as sRGB has them. */
export type Rgb = readonly [number, number, number];

/** Reads `#rgb` or `#rrggbb`. */
export const parseColor = (color: string): Rgb => {
  const hex = color.length === 4 ? color.slice(1).replace(/./g, '$&$&') : color.slice(1, 7);
  const value = Number.parseInt(hex, 16);
  if (!/^[0-9a-fA-F]{6}$/.test(hex)) throw new TypeError(`${color} is no colour; wanted #rgb or #rrggbb`);
  return [value >> 16, (value >> 8) & 255, value & 255];
};

/** A colour with an opacity from 0 to 1, in the notation of the drawing library. */
export const withAlpha = (color: string | Rgb, alpha: number): string => {
  const [r, g, b] = typeof color === 'string' ? parseColor(color) : color;
  return `rgba(${Math.round(r)},${Math.round(g)},${Math.round(b)},${alpha})`;
};

/** sRGB byte to linear light, 0 to 1 (IEC 61966-2-1). */
export const toLinear = (byte: number): number => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** Linear light to an sRGB value from 0 to 255, not rounded. */
export const fromLinear = (light: number): number => {
  const value = Math.min(1, Math.max(0, light));
  return 255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);
};

/** Relative luminance, 0 to 1 (WCAG 2.2). */
export const luminance = ([r, g, b]: Rgb): number => 0.2126 * toLinear(r) + 0.7152 * toLinear(g) + 0.0722 * toLinear(b);

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export const contrastRatio = (a: Rgb, b: Rgb): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

/** Mixes two colours in sRGB; `share` 0 gives `a`, 1 gives `b`. */
export const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** Whether a colour is light, so that dark things stand out on it. */
export const isLight = (color: string): boolean => luminance(parseColor(color)) > 0.3;

/** A colour as `#rrggbb`. */
export const toHex = (rgb: Rgb): string =>
  `#${rgb
    .map((value) =>
      Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
