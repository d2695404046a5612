import type { Direction } from '@filmwright/core/text/bidi';
import { breakLines } from '@filmwright/core/text/break-lines';
import { scriptsOf } from '@filmwright/core/text/scripts';
import { blankCanvas, type Context } from './canvas.ts';
import { drawLine } from './draw-line.ts';
import { lineWidth, type Piece, type SetLine, type Setting, setLine, usePieceFont } from './set-line.ts';

/** How much room writing takes around its baseline, in em. */
export type Vertical = { readonly top: number; readonly bottom: number; readonly extraLeading: number };

/** Room for a text by its scripts: capitals for Latin, whole characters for CJK, marks above and below for Arabic, Thai and Devanagari. */
export const verticalOf = (text: string, language: string): Vertical => {
  const vertical = { top: 0.73, bottom: 0.21, extraLeading: 0 };
  for (const script of scriptsOf(text, language)) {
    const room =
      script === 'Hans' || script === 'Jpan' || script === 'Kore'
        ? [0.84, 0.13, 0.14]
        : script === 'Arab'
          ? [0.82, 0.36, 0.24]
          : script === 'Thai'
            ? [1.02, 0.3, 0.32]
            : script === 'Deva'
              ? [0.92, 0.3, 0.26]
              : script === 'Zsye'
                ? [0.86, 0.16, 0.1]
                : [0.73, 0.21, 0];
    vertical.top = Math.max(vertical.top, room[0] ?? 0);
    vertical.bottom = Math.max(vertical.bottom, room[1] ?? 0);
    vertical.extraLeading = Math.max(vertical.extraLeading, room[2] ?? 0);
  }
  return vertical;
};

const measuring = blankCanvas(8, 8).context;

/** How far the ink of a line stands inside its advance box at both ends, in pixels. */
export const inkInsets = (line: SetLine): { readonly left: number; readonly right: number } => {
  const inset = (piece: Piece | undefined, side: 'left' | 'right'): number => {
    if (!piece?.face || piece.face.face.color || piece.text.trim() === '') return 0;
    usePieceFont(measuring, { ...piece, trackingPx: 0 }, line.setting);
    const metrics = measuring.measureText(piece.text);
    return side === 'left' ? -metrics.actualBoundingBoxLeft : metrics.width - metrics.actualBoundingBoxRight;
  };
  const ink = line.pieces.filter((piece) => piece.text.trim() !== '');
  return { left: inset(ink[0], 'left'), right: inset(ink.at(-1), 'right') };
};

/** Broken and set text; positions are relative to the block's top left corner, the first line's capitals touching its top. */
export type TextBlock = {
  readonly lines: readonly { readonly line: SetLine; readonly x: number; readonly baseline: number }[];
  readonly width: number;
  readonly height: number;
  /** Baseline of the last line. */
  readonly baseline: number;
  readonly fits: boolean;
};

export type BlockOptions = {
  readonly text: string;
  readonly setting: Setting;
  readonly direction: Direction;
  readonly maxWidth: number;
  readonly maxLines?: number;
  /** Distance of baselines in em before the script's own need is added. */
  readonly leading: number;
  readonly align: 'left' | 'center' | 'right';
};

/** Breaks and sets a text; edges are aligned by ink, not by advance, so that lines of different sizes stand flush. */
export const textBlock = (options: BlockOptions): TextBlock => {
  const { setting, direction } = options;
  const broken = breakLines({
    text: options.text,
    language: setting.language,
    maxWidth: options.maxWidth,
    measure: (text) => lineWidth(text, { setting, direction }),
    ...(options.maxLines === undefined ? {} : { maxLines: options.maxLines }),
  });
  const vertical = verticalOf(options.text, setting.language);
  const leading = (options.leading + vertical.extraLeading) * setting.sizePx;
  const top = vertical.top * setting.sizePx;
  const set = broken.lines.map(({ text }) => {
    const line = setLine(text, { setting, direction });
    const insets = inkInsets(line);
    return { line, insets, ink: Math.max(0, line.width - insets.left - insets.right) };
  });
  const width = Math.max(0, ...set.map((entry) => entry.ink));
  const lines = set.map(({ line, insets, ink }, i) => ({
    line,
    x: (options.align === 'left' ? 0 : options.align === 'right' ? width - ink : (width - ink) / 2) - insets.left,
    baseline: top + i * leading,
  }));
  const baseline = top + Math.max(0, lines.length - 1) * leading;
  return { lines, width, height: baseline + vertical.bottom * setting.sizePx, baseline, fits: broken.fits };
};

/** Draws a block with its top left corner at `x`, `y`. */
export const drawBlock = (
  context: Context,
  block: TextBlock,
  options: { readonly x: number; readonly y: number; readonly fill: string },
): void => {
  for (const { line, x, baseline } of block.lines)
    drawLine(context, line, { x: options.x + x, y: options.y + baseline, fill: options.fill });
};
