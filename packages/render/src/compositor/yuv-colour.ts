/** One colour as BT.709 limited-range code values: luma 16..235, chroma 16..240 about 128. */
export type YuvColour = { readonly y: number; readonly u: number; readonly v: number };

/** Limited-range BT.709 code values of an sRGB colour written `#rrggbb` (Rec. ITU-R BT.709-6, 3.2 to 3.5); throws on any other form. */
export function yuvOfHex(hex: string): YuvColour {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!match) throw new RangeError(`A colour must look like #rrggbb, found ${JSON.stringify(hex)}.`);
  const [r = 0, g = 0, b = 0] = match.slice(1).map((part) => Number.parseInt(part, 16) / 255);
  const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return {
    y: Math.round(16 + 219 * luma),
    u: Math.round(128 + (224 * (b - luma)) / 1.8556),
    v: Math.round(128 + (224 * (r - luma)) / 1.5748),
  };
}
