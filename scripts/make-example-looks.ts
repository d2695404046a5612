/** Writes the colour looks of the sample films as 17-point cubes: display values in, display values out, red varying fastest. */
import { mkdirSync, writeFileSync } from 'node:fs';

type Rgb = readonly [number, number, number];
/** How a look turns colours: tints added in the dark and in the light, contrast around middle grey, colourfulness, and the darkest and lightest value. */
type Look = {
  readonly title: string;
  readonly dark: Rgb;
  readonly light: Rgb;
  readonly contrast: number;
  readonly colour: number;
  readonly black: number;
  readonly white: number;
};

const POINTS = 17;
const OUT = new URL('../examples/looks/', import.meta.url);
const LOOKS: Readonly<Record<string, Look>> = {
  'warm-evening': {
    title: 'Warm evening',
    dark: [0.004, 0.006, 0.034],
    light: [0.045, 0.012, -0.062],
    contrast: 1.1,
    colour: 1.06,
    black: 0.016,
    white: 0.992,
  },
  'cool-morning': {
    title: 'Cool morning',
    dark: [-0.014, 0.004, 0.026],
    light: [-0.012, 0.004, 0.02],
    contrast: 0.96,
    colour: 0.9,
    black: 0.03,
    white: 1,
  },
};

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** A curve through (0, 0), (0.5, 0.5) and (1, 1) that is `contrast` times as steep in the middle and never turns back. */
function curve(value: number, contrast: number): number {
  const side = value < 0.5 ? 2 * value : 2 - 2 * value;
  const bent = 0.5 * side ** contrast;
  return value < 0.5 ? bent : 1 - bent;
}

function graded([r, g, b]: Rgb, look: Look): Rgb {
  const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const light = luma * luma * (3 - 2 * luma);
  const nearWhite = 1 - Math.max(0, luma - 0.75) * 2.4;
  const nearBlack = Math.min(1, luma * 12);
  const channel = (value: number, i: 0 | 1 | 2): number => {
    const vivid = luma + (value - luma) * look.colour;
    const tinted = clamp(curve(clamp(vivid), look.contrast)) + nearBlack * (look.dark[i] * (1 - light) + look.light[i] * light * nearWhite);
    return clamp(look.black + (look.white - look.black) * clamp(tinted));
  };
  return [channel(r, 0), channel(g, 1), channel(b, 2)];
}

mkdirSync(OUT, { recursive: true });
for (const [name, look] of Object.entries(LOOKS)) {
  const lines = [`TITLE "${look.title}"`, `LUT_3D_SIZE ${POINTS}`, 'DOMAIN_MIN 0 0 0', 'DOMAIN_MAX 1 1 1'];
  for (let b = 0; b < POINTS; b++) {
    for (let g = 0; g < POINTS; g++) {
      for (let r = 0; r < POINTS; r++) {
        const colour = graded([r / (POINTS - 1), g / (POINTS - 1), b / (POINTS - 1)], look);
        lines.push(colour.map((value) => value.toFixed(5)).join(' '));
      }
    }
  }
  writeFileSync(new URL(`${name}.cube`, OUT), `${lines.join('\n')}\n`);
}
