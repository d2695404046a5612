import type { BlockOptions, TextBlock } from './text-block.ts';
import { drawBlock, textBlock } from './text-block.ts';
import type { StyleInput, StyleLayout, TextScene } from './text-scene.ts';

const unlimited = 12;

type Voice = { readonly bold: boolean; readonly tracking: number; readonly leading: number; readonly maxLines: number };

const block = (
  input: StyleInput,
  voice: Voice,
  options: { readonly text: string; readonly maxWidth: number } & Partial<Pick<BlockOptions, 'align'>>,
): TextBlock =>
  textBlock({
    setting: {
      fonts: voice.bold ? input.bold : input.regular,
      sizePx: input.sizePx,
      language: input.source.language,
      tracking: voice.tracking,
    },
    direction: input.direction,
    leading: voice.leading,
    maxLines: voice.maxLines,
    align: input.align,
    ...options,
  });

const bareScene = (input: StyleInput, laid: TextBlock, bold: boolean): TextScene => ({
  width: laid.width,
  height: laid.height,
  fits: laid.fits,
  bare: true,
  draw: (context) => drawBlock(context, laid, { x: 0, y: 0, fill: input.source.color }),
  areas: [{ box: { x: 0, y: 0, width: laid.width, height: laid.height }, color: input.source.color, on: null, sizePx: input.sizePx, bold }],
});

/** Large bold lines, tightly tracked and evenly broken. */
export const titleStyle: StyleLayout = (input) => {
  const laid = block(
    input,
    { bold: true, tracking: -0.024, leading: 1.06, maxLines: unlimited },
    { text: input.source.lines.join('\n'), maxWidth: input.source.box.width },
  );
  return bareScene(input, laid, true);
};

/** Quieter lines under a title. */
export const subtitleStyle: StyleLayout = (input) => {
  const laid = block(
    input,
    { bold: false, tracking: -0.011, leading: 1.32, maxLines: unlimited },
    { text: input.source.lines.join('\n'), maxWidth: input.source.box.width },
  );
  return bareScene(input, laid, false);
};

/** Small letter-spaced capitals over a title, led by a short rule where they stand at an edge. */
export const kickerStyle: StyleLayout = (input) => {
  const text = input.source.lines.join('\n').toLocaleUpperCase(input.source.language);
  const { align } = input;
  // Letter-spaced capitals read larger than they are; writing without capitals needs the size itself.
  const sizePx =
    input.sizePx *
    (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Thai}]/u.test(
      text,
    )
      ? 1.25
      : 1);
  const ruled = input.source.alignX !== 'center';
  const rule = ruled ? { width: sizePx * 1.5, height: Math.max(1.5, sizePx * 0.1), gap: sizePx * 0.62 } : { width: 0, height: 0, gap: 0 };
  const indent = rule.width + rule.gap;
  const laid = block(
    { ...input, sizePx },
    { bold: true, tracking: 0.13, leading: 1.5, maxLines: 3 },
    { text, maxWidth: input.source.box.width - indent },
  );
  const start = align === 'left' ? indent : 0;
  const middle = (laid.lines[0]?.baseline ?? 0) - sizePx * input.bold.lead.capHeight * 0.5;
  return {
    width: laid.width + indent,
    height: laid.height,
    fits: laid.fits,
    bare: true,
    draw: (context) => {
      if (ruled) {
        context.fillStyle = input.source.fill;
        context.fillRect(
          align === 'left' ? 0 : laid.width + rule.gap,
          Math.round(middle - rule.height / 2),
          rule.width,
          Math.round(rule.height),
        );
      }
      drawBlock(context, laid, { x: start, y: 0, fill: input.source.color });
    },
    areas: [{ box: { x: start, y: 0, width: laid.width, height: laid.height }, color: input.source.color, on: null, sizePx, bold: true }],
  };
};

/** A list with markers in the accent colour and a hanging indent. */
export const bulletsStyle: StyleLayout = (input) => {
  const { sizePx, source, direction } = input;
  const indent = sizePx * 1.05;
  const gap = sizePx * 0.62;
  const side = direction === 'rtl' ? 'right' : 'left';
  const items = source.lines.map((text) =>
    block(
      input,
      { bold: false, tracking: -0.011, leading: 1.28, maxLines: unlimited },
      { text, maxWidth: source.box.width - indent, align: side },
    ),
  );
  const width = Math.max(...items.map((item) => item.width)) + indent;
  let y = 0;
  const placed = items.map((item) => {
    const top = y;
    y += item.height + gap;
    return { item, top };
  });
  const height = y - gap;
  const xHeight = input.regular.lead.xHeight;
  return {
    width,
    height,
    fits: items.every((item) => item.fits),
    bare: true,
    draw: (context) => {
      for (const { item, top } of placed) {
        const middle = top + (item.lines[0]?.baseline ?? 0) - sizePx * (xHeight * 0.5 + 0.06);
        const mark = sizePx * 0.36;
        context.fillStyle = source.fill;
        context.beginPath();
        context.roundRect(side === 'left' ? 0 : width - mark, middle - mark / 2, mark, mark, mark * 0.3);
        context.fill();
        drawBlock(context, item, { x: side === 'left' ? indent : width - indent - item.width, y: top, fill: source.color });
      }
    },
    areas: placed.map(({ item, top }) => ({
      box: { x: side === 'left' ? indent : width - indent - item.width, y: top, width: item.width, height: item.height },
      color: source.color,
      on: null,
      sizePx,
      bold: false,
    })),
  };
};
