import type { Context } from './canvas.ts';
import { isLight, mix, parseColor, toHex, withAlpha } from './color.ts';
import { drawBlock, type TextBlock, textBlock } from './text-block.ts';
import type { StyleInput, StyleLayout } from './text-scene.ts';

const oneLine = (
  input: StyleInput,
  options: {
    readonly text: string;
    readonly maxWidth: number;
    readonly tracking: number;
    readonly bold?: boolean;
    readonly sizePx?: number;
    readonly maxLines?: number;
  },
): TextBlock =>
  textBlock({
    text: options.text,
    setting: {
      fonts: options.bold === false ? input.regular : input.bold,
      sizePx: options.sizePx ?? input.sizePx,
      language: input.source.language,
      tracking: options.tracking,
    },
    direction: input.direction,
    maxWidth: Math.max(1, options.maxWidth),
    maxLines: options.maxLines ?? 1,
    leading: 1.2,
    align: input.align,
  });

/** A soft two-part shadow under whatever `paint` fills: a close one that grounds it and a wide one that lifts it. */
export const withLift = (context: Context, options: { readonly sizePx: number; readonly strength: number }, paint: () => void): void => {
  context.save();
  for (const [blur, offset, alpha] of [
    [0.9, 0.28, 0.2],
    [0.22, 0.07, 0.22],
  ] as const) {
    context.shadowColor = `rgba(6,10,20,${alpha * options.strength})`;
    context.shadowBlur = options.sizePx * blur;
    context.shadowOffsetY = options.sizePx * offset;
    paint();
  }
  context.restore();
};

type LiftedBox = {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly fill: string;
  readonly sizePx: number;
  readonly strength: number;
};

/** Fills a rounded box over its own shadow; the box stays the context's path. */
const fillLifted = (context: Context, { width, height, radius, fill, sizePx, strength }: LiftedBox): void => {
  const box = (): void => {
    context.beginPath();
    context.roundRect(0, 0, width, height, radius);
    context.fillStyle = fill;
    context.fill();
  };
  withLift(context, { sizePx, strength }, box);
  box();
};

/** A call to action: a pill with a quiet shadow, a light upper edge and an arrow in reading direction. */
export const buttonStyle: StyleLayout = (input) => {
  const { sizePx, source } = input;
  const padX = sizePx * 0.95;
  const arrow = { width: sizePx * 0.82, gap: sizePx * 0.55 };
  const laid = oneLine(input, {
    text: source.lines.join(' '),
    maxWidth: source.box.width - padX * 2 - arrow.width - arrow.gap,
    tracking: -0.008,
  });
  const cap = sizePx * input.bold.lead.capHeight;
  const width = laid.width + padX * 2 + arrow.width + arrow.gap;
  const height = Math.round(Math.max(sizePx * 2.05, laid.height + sizePx * 1.2));
  const baseline = height / 2 + cap / 2;
  const turned = input.direction === 'rtl';
  const textX = turned ? padX + arrow.width + arrow.gap : padX;
  const arrowX = turned ? padX : padX + laid.width + arrow.gap;
  return {
    width,
    height,
    fits: laid.fits,
    bare: false,
    draw: (context) => {
      fillLifted(context, { width, height, radius: height / 2, fill: source.fill, sizePx, strength: 1 });
      const sheen = context.createLinearGradient(0, 0, 0, height);
      sheen.addColorStop(0, `rgba(255,255,255,${isLight(source.fill) ? 0.16 : 0.09})`);
      sheen.addColorStop(0.55, 'rgba(255,255,255,0)');
      context.fillStyle = sheen;
      context.fill();
      drawBlock(context, laid, { x: textX, y: baseline - (laid.lines[0]?.baseline ?? 0), fill: source.color });
      drawArrow(context, { x: arrowX, y: height / 2, width: arrow.width, sizePx, color: source.color, turned });
    },
    areas: [{ box: { x: textX, y: 0, width: laid.width, height }, color: source.color, on: source.fill, sizePx, bold: true }],
  };
};

const drawArrow = (
  context: Context,
  at: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly sizePx: number;
    readonly color: string;
    readonly turned: boolean;
  },
): void => {
  const head = at.sizePx * 0.27;
  const way = at.turned ? -1 : 1;
  const tail = at.turned ? at.x + at.width : at.x;
  const tip = at.turned ? at.x : at.x + at.width;
  context.strokeStyle = at.color;
  context.lineWidth = at.sizePx * 0.115;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(tail, at.y);
  context.lineTo(tip, at.y);
  context.moveTo(tip - head * way, at.y - head);
  context.lineTo(tip, at.y);
  context.lineTo(tip - head * way, at.y + head);
  context.stroke();
};

/** A small filled label for a category or a note. */
export const labelStyle: StyleLayout = (input) => {
  const { sizePx, source } = input;
  const padX = sizePx * 0.72;
  const padY = sizePx * 0.52;
  const laid = oneLine(input, { text: source.lines.join('\n'), maxWidth: source.box.width - padX * 2, tracking: 0.004, maxLines: 3 });
  const cap = sizePx * input.bold.lead.capHeight;
  const tall = laid.lines.length > 1;
  const width = laid.width + padX * 2;
  const height = tall ? laid.height + padY * 2 : cap + padY * 2 + Math.max(0, laid.height - sizePx * 0.94);
  const top = tall ? padY : height / 2 + cap / 2 - (laid.lines[0]?.baseline ?? 0);
  return {
    width,
    height,
    fits: laid.fits,
    bare: false,
    draw: (context) => {
      fillLifted(context, { width, height, radius: Math.min(height / 2, sizePx * 0.46), fill: source.fill, sizePx, strength: 0.5 });
      drawBlock(context, laid, { x: padX, y: top, fill: source.color });
    },
    areas: [{ box: { x: padX, y: 0, width: laid.width, height }, color: source.color, on: source.fill, sizePx, bold: true }],
  };
};

/** Name and role of a person on a panel with an accent bar at its reading edge. */
export const lowerThirdStyle: StyleLayout = (input) => {
  const { sizePx, source } = input;
  const [name = '', ...roles] = source.lines;
  const padX = sizePx * 0.72;
  const padY = sizePx * 0.6;
  const bar = Math.round(sizePx * 0.16);
  const room = source.box.width - padX * 2 - bar;
  const side = input.direction === 'rtl' ? 'right' : 'left';
  const at = { ...input, align: side } as const;
  const head = oneLine(at, { text: name, maxWidth: room, tracking: -0.018, maxLines: 2 });
  const role =
    roles.length > 0
      ? oneLine(at, { text: roles.join('\n'), maxWidth: room, tracking: 0, bold: false, sizePx: sizePx * 0.58, maxLines: 2 })
      : null;
  const gap = role ? sizePx * 0.3 : 0;
  const inner = Math.max(head.width, role?.width ?? 0);
  const width = inner + padX * 2 + bar;
  const headBottom = role ? head.baseline + (head.height - head.baseline) * 0.5 : head.baseline;
  const height = padY * 2 + headBottom + gap + (role ? role.baseline : 0);
  const light = isLight(source.color);
  const panel = light ? '#0b0e14' : '#ffffff';
  const left = side === 'left' ? bar + padX : padX;
  const xOf = (block: TextBlock): number => (side === 'left' ? left : left + inner - block.width);
  return {
    width,
    height,
    fits: head.fits && (role?.fits ?? true),
    bare: false,
    draw: (context) => {
      const radius = sizePx * 0.2;
      context.save();
      context.beginPath();
      context.roundRect(0, 0, width, height, radius);
      context.clip();
      context.fillStyle = withAlpha(panel, light ? 0.74 : 0.9);
      context.fillRect(0, 0, width, height);
      context.fillStyle = source.fill;
      context.fillRect(side === 'left' ? 0 : width - bar, 0, bar, height);
      context.restore();
      drawBlock(context, head, { x: xOf(head), y: padY, fill: source.color });
      if (role)
        drawBlock(context, role, {
          x: xOf(role),
          y: padY + headBottom + gap,
          fill: toHex(mix(parseColor(panel), parseColor(source.color), 0.84)),
        });
    },
    areas: [
      { box: { x: xOf(head), y: padY, width: head.width, height: head.height }, color: source.color, on: panel, sizePx, bold: true },
      ...(role
        ? [
            {
              box: { x: xOf(role), y: padY + headBottom + gap, width: role.width, height: role.height },
              color: source.color,
              on: panel,
              sizePx: sizePx * 0.58,
              bold: false,
            },
          ]
        : []),
    ],
  };
};
