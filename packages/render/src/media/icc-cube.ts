/** A colour profile as a table to sRGB: `cube` is the text of a .cube file, null where the profile is as good as sRGB. */
export type ProfileTable = { readonly cube: string | null } | { readonly unreadable: string };

type Curve = (value: number) => number;
type Row = readonly [number, number, number];

const points = 33;
/** From XYZ under D50, in which profiles speak, to linear sRGB: the inverse of sRGB's own colorants after ICC.1:2022, annex E. */
const toSrgb: readonly [Row, Row, Row] = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
];

/** Turns an ICC profile of the matrix or grey kind (ICC.1:2022, 8.3) into a table to sRGB; profiles made of tables or for other inks are unreadable, with the reason. */
export function profileTable(profile: Buffer): ProfileTable {
  try {
    const space = profile.toString('latin1', 16, 20);
    if (space !== 'RGB ' && space !== 'GRAY') return { unreadable: `it is for ${space.trim() || 'unknown'} colours` };
    const convert = space === 'RGB ' ? convertRgb(profile) : convertGrey(profile);
    return convert === null ? { unreadable: 'it is made of tables' } : { cube: writeCube(convert) };
  } catch (error) {
    if (error instanceof RangeError) return { unreadable: 'it is damaged' };
    throw error;
  }
}

type Convert = (colour: Row) => Row;

function convertRgb(profile: Buffer): Convert | null {
  const curves = ['rTRC', 'gTRC', 'bTRC'].map((name) => readCurve(tagOf(profile, name)));
  const colorants = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => readXyz(tagOf(profile, name)));
  const [red, green, blue] = curves;
  const [x, y, z] = colorants;
  if (!red || !green || !blue || !x || !y || !z) return null;
  return ([r, g, b]) => {
    const [lr, lg, lb] = [red(r), green(g), blue(b)];
    const xyz: Row = [0, 1, 2].map((at) => (x[at] as number) * lr + (y[at] as number) * lg + (z[at] as number) * lb) as unknown as Row;
    return toSrgb.map((row) => encode(row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2])) as unknown as Row;
  };
}

function convertGrey(profile: Buffer): Convert | null {
  const curve = readCurve(tagOf(profile, 'kTRC'));
  return curve === null ? null : (colour) => colour.map((value) => encode(curve(value))) as unknown as Row;
}

/** IEC 61966-2-1. */
function encode(linear: number): number {
  const value = Math.min(1, Math.max(0, linear));
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

function writeCube(convert: Convert): string | null {
  const lines: string[] = [];
  let furthest = 0;
  for (let index = 0; index < points ** 3; index += 1) {
    const colour: Row = [index % points, Math.floor(index / points) % points, Math.floor(index / points ** 2)].map(
      (at) => at / (points - 1),
    ) as unknown as Row;
    const found = convert(colour);
    furthest = Math.max(furthest, ...found.map((value, at) => Math.abs(value - (colour[at] as number))));
    lines.push(found.map((value) => value.toFixed(6)).join(' '));
  }
  // Profiles round their numbers: what is nowhere a step of 8 bits away is sRGB.
  return furthest < 1 / 255 ? null : `LUT_3D_SIZE ${points}\n${lines.join('\n')}\n`;
}

function tagOf(profile: Buffer, name: string): Buffer | null {
  const count = profile.readUInt32BE(128);
  for (let at = 132, left = Math.min(count, 200); left > 0; at += 12, left -= 1)
    if (profile.toString('latin1', at, at + 4) === name) {
      const from = profile.readUInt32BE(at + 4);
      return profile.subarray(from, from + profile.readUInt32BE(at + 8));
    }
  return null;
}

const fixed = (tag: Buffer, at: number): number => tag.readInt32BE(at) / 65_536;

function readXyz(tag: Buffer | null): Row | null {
  return tag === null ? null : [fixed(tag, 8), fixed(tag, 12), fixed(tag, 16)];
}

/** Curve types `curv` and `para`, ICC.1:2022, 10.6 and 10.18. */
function readCurve(tag: Buffer | null): Curve | null {
  if (tag === null) return null;
  const type = tag.toString('latin1', 0, 4);
  if (type === 'para') return parametric(tag);
  if (type !== 'curv') return null;
  const count = tag.readUInt32BE(8);
  if (count === 0) return (value) => value;
  if (count === 1) {
    const gamma = tag.readUInt16BE(12) / 256;
    return (value) => value ** gamma;
  }
  const table = Array.from({ length: Math.min(count, 65_536) }, (_, at) => tag.readUInt16BE(12 + 2 * at) / 65_535);
  return (value) => {
    const place = value * (table.length - 1);
    const below = Math.min(Math.floor(place), table.length - 2);
    const [from, until] = [table[below] as number, table[below + 1] as number];
    return from + (until - from) * (place - below);
  };
}

function parametric(tag: Buffer): Curve | null {
  const kind = tag.readUInt16BE(8);
  const lengths = [1, 3, 4, 5, 7];
  const length = lengths[kind];
  if (length === undefined) return null;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length }, (_, at) => fixed(tag, 12 + 4 * at));
  const power = (value: number): number => Math.max(0, a * value + b) ** g;
  if (kind === 0) return (value) => value ** g;
  if (kind === 1) return (value) => (value >= -b / a ? power(value) : 0);
  if (kind === 2) return (value) => (value >= -b / a ? power(value) + c : c);
  return (value) => (value >= d ? power(value) + e : c * value + f);
}
