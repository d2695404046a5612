import type { Context } from './canvas.ts';
import { type Piece, type SetLine, usePieceFont } from './set-line.ts';

/** Draws a set line with its baseline at `y` and its left edge at `x`; `fill` may tell pieces apart (the word being spoken). */
export const drawLine = (
  context: Context,
  line: SetLine,
  options: {
    readonly x: number;
    readonly y: number;
    readonly fill: string | ((piece: Piece) => string | null);
    readonly stroke?: { readonly widthPx: number; readonly color: string };
  },
): void => {
  const { setting } = line;
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
  context.textRendering = 'geometricPrecision';
  for (const piece of line.pieces) {
    const fill = typeof options.fill === 'string' ? options.fill : options.fill(piece);
    if (fill === null || piece.text.trim() === '') continue;
    const x = options.x + piece.x;
    if (!piece.face) {
      drawMissing(context, { x, y: options.y, width: piece.width, sizePx: setting.sizePx, fill });
      continue;
    }
    usePieceFont(context, piece, setting);
    if (options.stroke) {
      if (piece.face.face.color) continue;
      context.lineJoin = 'round';
      context.lineWidth = options.stroke.widthPx;
      context.strokeStyle = options.stroke.color;
      context.strokeText(piece.text, x, options.y);
      continue;
    }
    context.fillStyle = fill;
    context.fillText(piece.text, x, options.y);
  }
};

/** A character that no given font has: an empty box, so that it is seen and never silently taken from another font. */
const drawMissing = (
  context: Context,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly sizePx: number; readonly fill: string },
): void => {
  const line = box.sizePx * 0.06;
  context.strokeStyle = box.fill;
  context.lineWidth = line;
  context.strokeRect(box.x + line * 1.5, box.y - box.sizePx * 0.72, box.width - line * 3, box.sizePx * 0.72);
};
