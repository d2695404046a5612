/** Draws the brand of the sample film, "orlune": a moon under an arch, and the word in one even stroke. Writes SVG and PNG. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Picture } from './make-example-develop.ts';
import { encodePng } from './make-example-png.ts';

type Line = { readonly shape: 'line'; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
/** Angles in degrees, counter-clockwise from the right, y upwards; `to` is larger than `from`. */
type Arc = {
  readonly shape: 'arc';
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly from: number;
  readonly to: number;
};
type Stroke = Line | Arc;
type Ink = { readonly stroke: string; readonly moon: readonly [string, string] };
type Drawing = {
  readonly width: number;
  readonly height: number;
  readonly strokes: readonly Stroke[];
  readonly moon: { readonly x: number; readonly y: number; readonly radius: number };
};

const WEIGHT = 11;
const LETTER_SPACE = 46;
const OUT = new URL('../examples/art/', import.meta.url);
const INKS: Readonly<Record<string, Ink>> = {
  light: { stroke: '#fbf6ee', moon: ['#ffd596', '#f0a14c'] },
  dark: { stroke: '#1d1b22', moon: ['#f6b765', '#dd8630'] },
};

const line = (x1: number, y1: number, x2: number, y2: number): Line => ({ shape: 'line', x1, y1, x2, y2 });
const arc = (x: number, y: number, radius: number, [from, to]: readonly [number, number]): Arc => ({
  shape: 'arc',
  x,
  y,
  radius,
  from,
  to,
});

const LETTERS: Readonly<Record<string, { readonly advance: number; readonly strokes: readonly Stroke[] }>> = {
  o: { advance: 86, strokes: [arc(43, 50, 43, [0, 360])] },
  r: { advance: 44, strokes: [line(0, 7, 0, 93), arc(36, 57, 36, [72, 180])] },
  l: { advance: 0, strokes: [line(0, 7, 0, 146)] },
  u: { advance: 74, strokes: [line(0, 93, 0, 44), arc(37, 44, 37, [180, 360]), line(74, 93, 74, 7)] },
  n: { advance: 74, strokes: [line(0, 93, 0, 7), arc(37, 56, 37, [0, 180]), line(74, 56, 74, 7)] },
  e: { advance: 86, strokes: [arc(43, 50, 43, [0, 318]), line(0, 50, 86, 50)] },
};

function moved(stroke: Stroke, dx: number): Stroke {
  return stroke.shape === 'line' ? { ...stroke, x1: stroke.x1 + dx, x2: stroke.x2 + dx } : { ...stroke, x: stroke.x + dx };
}

const MARK: readonly Stroke[] = [line(0, 7, 0, 92), arc(58, 92, 58, [0, 180]), line(116, 92, 116, 7), line(0, 7, 116, 7)];

function drawing(word: string): Drawing {
  const strokes = MARK.map((stroke) => moved(stroke, 0));
  let x = 116 + 74;
  for (const letter of word) {
    const { advance, strokes: parts } = LETTERS[letter] ?? { advance: 0, strokes: [] };
    strokes.push(...parts.map((part) => moved(part, x)));
    x += advance + LETTER_SPACE;
  }
  const right = word === '' ? 116 : x - LETTER_SPACE;
  return { width: right, height: 150, strokes, moon: { x: 58, y: 88, radius: 28 } };
}

function distance(stroke: Stroke, x: number, y: number): number {
  if (stroke.shape === 'line') {
    const [vx, vy] = [stroke.x2 - stroke.x1, stroke.y2 - stroke.y1];
    const along = Math.min(1, Math.max(0, ((x - stroke.x1) * vx + (y - stroke.y1) * vy) / (vx * vx + vy * vy)));
    return Math.hypot(x - stroke.x1 - vx * along, y - stroke.y1 - vy * along);
  }
  const angle = (((Math.atan2(y - stroke.y, x - stroke.x) * 180) / Math.PI - stroke.from) % 360) + 360;
  if (angle % 360 <= stroke.to - stroke.from) return Math.abs(Math.hypot(x - stroke.x, y - stroke.y) - stroke.radius);
  const end = (degrees: number): number => {
    const turn = (degrees * Math.PI) / 180;
    return Math.hypot(x - stroke.x - stroke.radius * Math.cos(turn), y - stroke.y - stroke.radius * Math.sin(turn));
  };
  return Math.min(end(stroke.from), end(stroke.to));
}

const parts = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

function raster(art: Drawing, ink: Ink, scale: number): Picture {
  const margin = 16;
  const width = Math.round((art.width + 2 * margin) * scale);
  const height = Math.round((art.height + 2 * margin) * scale);
  const pixels = new Uint8ClampedArray(width * height * 4);
  const stroke = parts(ink.stroke);
  const [top, bottom] = ink.moon.map(parts) as [number[], number[]];
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      const x = (px + 0.5) / scale - margin;
      const y = art.height + margin - (py + 0.5) / scale;
      let nearest = Number.POSITIVE_INFINITY;
      for (const each of art.strokes) nearest = Math.min(nearest, distance(each, x, y));
      const lined = Math.min(1, Math.max(0, 0.5 - (nearest - WEIGHT / 2) * scale));
      const round = Math.hypot(x - art.moon.x, y - art.moon.y) - art.moon.radius;
      const lit = Math.min(1, Math.max(0, 0.5 - round * scale));
      const down = Math.min(1, Math.max(0, 0.5 - (y - art.moon.y) / (2 * art.moon.radius)));
      const at = (py * width + px) * 4;
      for (let c = 0; c < 3; c++) {
        const moon = (top[c] as number) + ((bottom[c] as number) - (top[c] as number)) * down;
        pixels[at + c] = lit > lined ? moon : (stroke[c] as number);
      }
      pixels[at + 3] = 255 * Math.max(lined, lit);
    }
  }
  return { width, height, pixels };
}

function svg(art: Drawing, ink: Ink): string {
  const margin = 16;
  const at = (x: number, y: number): string => `${(x + margin).toFixed(2)} ${(art.height + margin - y).toFixed(2)}`;
  const path = art.strokes.map((stroke) => {
    if (stroke.shape === 'line') return `M${at(stroke.x1, stroke.y1)}L${at(stroke.x2, stroke.y2)}`;
    const point = (degrees: number): string => {
      const turn = (degrees * Math.PI) / 180;
      return at(stroke.x + stroke.radius * Math.cos(turn), stroke.y + stroke.radius * Math.sin(turn));
    };
    const middle = (stroke.from + stroke.to) / 2;
    const bow = `A${stroke.radius} ${stroke.radius} 0 0 0`;
    return `M${point(stroke.from)}${bow} ${point(middle)}${bow} ${point(stroke.to)}`;
  });
  const [cx, cy] = at(art.moon.x, art.moon.y).split(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${art.width + 2 * margin} ${art.height + 2 * margin}" role="img" aria-label="orlune">`,
    `  <defs><linearGradient id="moon" x1="0" y1="0" x2="0" y2="1"><stop stop-color="${ink.moon[0]}"/><stop offset="1" stop-color="${ink.moon[1]}"/></linearGradient></defs>`,
    `  <path fill="none" stroke="${ink.stroke}" stroke-width="${WEIGHT}" stroke-linecap="round" stroke-linejoin="round" d="${path.join('')}"/>`,
    `  <circle cx="${cx}" cy="${cy}" r="${art.moon.radius}" fill="url(#moon)"/>`,
    '</svg>',
    '',
  ].join('\n');
}

mkdirSync(OUT, { recursive: true });
for (const [name, ink] of Object.entries(INKS)) {
  writeFileSync(new URL(`orlune-logo-${name}.png`, OUT), encodePng(raster(drawing('orlune'), ink, 2.4)));
  writeFileSync(new URL(`orlune-logo-${name}.svg`, OUT), svg(drawing('orlune'), ink));
}
for (const [name, ink] of Object.entries(INKS))
  writeFileSync(new URL(`orlune-mark-${name}.png`, OUT), encodePng(raster(drawing(''), ink, 4)));
