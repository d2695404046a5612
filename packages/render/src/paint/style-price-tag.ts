import { isLight, mix, parseColor, toHex, withAlpha } from './color.ts';
import { drawLine } from './draw-line.ts';
import type { FontSet } from './font-set.ts';
import { parsePrice } from './price.ts';
import { type SetLine, setLine } from './set-line.ts';
import { withLift } from './styles-shape.ts';
import { inkInsets } from './text-block.ts';
import type { StyleInput, StyleLayout } from './text-scene.ts';

type Part = { readonly line: SetLine; readonly x: number; readonly baseline: number; readonly alpha: number; readonly struck: boolean };

const tilt = -4 * (Math.PI / 180);

const word = (
  input: StyleInput,
  options: { readonly text: string; readonly fonts: FontSet; readonly sizePx: number; readonly tracking: number },
): SetLine =>
  setLine(options.text, {
    setting: { fonts: options.fonts, sizePx: options.sizePx, language: input.source.language, tracking: options.tracking },
    direction: input.direction,
  });

/** Sets the amount large, currency and decimals small at its cap height, and the old price (second line) struck through under it. */
const priceParts = (input: StyleInput): { readonly parts: readonly Part[]; readonly width: number; readonly bottom: number } => {
  const { sizePx, source } = input;
  const price = parsePrice(source.lines[0] ?? '');
  const cap = input.bold.lead.capHeight;
  const small = sizePx * 0.44;
  const raised = sizePx * cap - small * cap;
  const parts: Part[] = [];
  const baseline = sizePx * cap;
  let x = 0;
  const put = (
    text: string,
    options: { readonly fonts: FontSet; readonly sizePx: number; readonly tracking: number; readonly lift: number; readonly gap: number },
  ): void => {
    if (!text) return;
    const line = word(input, { text, ...options });
    const insets = inkInsets(line);
    if (parts.length > 0) x += options.gap;
    parts.push({ line, x: x - insets.left, baseline: baseline - options.lift, alpha: 1, struck: false });
    x += line.width - insets.left - insets.right;
  };
  put(price.before, { fonts: input.bold, sizePx: small, tracking: 0, lift: raised, gap: 0 });
  put(price.whole, { fonts: input.bold, sizePx, tracking: -0.03, lift: 0, gap: sizePx * 0.1 });
  const decimalsX = x + sizePx * 0.09;
  put(price.decimals, { fonts: input.bold, sizePx: small, tracking: -0.01, lift: raised, gap: sizePx * 0.09 });
  put(price.after, {
    fonts: input.bold,
    sizePx: small,
    tracking: 0,
    lift: price.decimals ? 0 : raised,
    gap: price.decimals ? sizePx * 0.09 : sizePx * 0.1,
  });
  const unitSize = sizePx * 0.3;
  const stacked = price.unit !== '' && price.decimals !== '' && price.after === '';
  const endOfDecimals = x;
  if (stacked) x = decimalsX;
  put(price.unit, { fonts: input.regular, sizePx: unitSize, tracking: 0, lift: 0, gap: stacked ? 0 : sizePx * 0.16 });
  x = Math.max(x, endOfDecimals);
  let bottom = baseline;
  let width = x;
  const rest = source.lines.slice(1, 3).map((text, i) => ({ text, struck: i === 0 }));
  for (const { text, struck } of rest) {
    const line = word(input, { text, fonts: input.regular, sizePx: sizePx * 0.36, tracking: 0 });
    const insets = inkInsets(line);
    bottom += sizePx * 0.52;
    parts.push({ line, x: -insets.left, baseline: bottom, alpha: 0.78, struck });
    width = Math.max(width, line.width - insets.left - insets.right);
  }
  if (input.direction !== 'rtl') return { parts, width, bottom };
  const turned = parts.map((part) => ({ ...part, x: width - part.x - part.line.width }));
  return { parts: turned, width, bottom };
};

/** A price on a tag: one pointed end with a punched hole where reading starts, tilted a little, the amount large. */
export const priceTagStyle: StyleLayout = (input) => {
  const { sizePx, source } = input;
  const { parts, width: inner, bottom } = priceParts(input);
  const padY = sizePx * 0.42;
  const padEnd = sizePx * 0.55;
  const height = bottom + padY * 2;
  const point = Math.min(sizePx * 0.95, height * 0.42);
  const hole = Math.min(sizePx * 0.13, height * 0.09);
  const start = point + sizePx * 0.34;
  const width = start + inner + padEnd;
  const cos = Math.cos(tilt);
  const sin = Math.abs(Math.sin(tilt));
  const outer = { width: width * cos + height * sin, height: width * sin + height * cos };
  const holeX = point * 0.72;
  const turned = input.direction === 'rtl';
  const textX = turned ? padEnd : start;
  return {
    width: outer.width,
    height: outer.height,
    fits: true,
    bare: false,
    draw: (context) => {
      context.save();
      context.translate(outer.width / 2, outer.height / 2);
      context.rotate(turned ? -tilt : tilt);
      context.translate(-width / 2, -height / 2);
      if (turned) context.transform(-1, 0, 0, 1, width, 0);
      const radius = sizePx * 0.16;
      const tag = (): void => {
        context.beginPath();
        context.moveTo(width - radius, 0);
        context.arcTo(width, 0, width, radius, radius);
        context.arcTo(width, height, width - radius, height, radius);
        context.arcTo(point, height, 0, height / 2, radius * 1.2);
        context.arcTo(0, height / 2, point, 0, radius * 0.9);
        context.arcTo(point, 0, width - radius, 0, radius * 1.2);
        context.closePath();
        context.moveTo(holeX + hole, height / 2);
        context.arc(holeX, height / 2, hole, 0, Math.PI * 2);
        context.fillStyle = source.fill;
        context.fill('evenodd');
      };
      withLift(context, { sizePx: sizePx * 0.7, strength: 1 }, tag);
      tag();
      const sheen = context.createLinearGradient(0, 0, 0, height);
      sheen.addColorStop(0, `rgba(255,255,255,${isLight(source.fill) ? 0.14 : 0.08})`);
      sheen.addColorStop(0.6, 'rgba(255,255,255,0)');
      context.fillStyle = sheen;
      context.fill('evenodd');
      context.strokeStyle = withAlpha(isLight(source.fill) ? '#000000' : '#ffffff', 0.28);
      context.lineWidth = Math.max(1, sizePx * 0.025);
      context.beginPath();
      context.arc(holeX, height / 2, hole + sizePx * 0.05, 0, Math.PI * 2);
      context.stroke();
      if (turned) context.transform(-1, 0, 0, 1, width, 0);
      for (const part of parts) {
        const color = toHex(mix(parseColor(source.fill), parseColor(source.color), part.alpha));
        drawLine(context, part.line, { x: textX + part.x, y: padY + part.baseline, fill: color });
        if (!part.struck) continue;
        const y = padY + part.baseline - part.line.setting.sizePx * 0.27;
        context.fillStyle = source.color;
        context.fillRect(textX + part.x - sizePx * 0.03, y, part.line.width + sizePx * 0.06, Math.max(1.5, sizePx * 0.032));
      }
      context.restore();
    },
    areas: [{ box: { x: textX, y: 0, width: inner, height: outer.height }, color: source.color, on: source.fill, sizePx, bold: true }],
  };
};
