import type { BezelSource } from '@filmwright/contracts';
import { type Bitmap, wholeBitmap } from './bitmap.ts';
import { blankCanvas, type Context } from './canvas.ts';
import { withAlpha } from './color.ts';

type Frame = { readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly radius: number };

function rounded(context: Context, { x, y, width, height, radius }: Frame): void {
  context.roundRect(x, y, width, height, radius);
}

/**
 * The frame of a screen around a clear rectangle of `width` x `height` with rounded corners, on a soft shadow. `x`, `y` are its top left
 * relative to that rectangle's.
 */
export function paintBezel({ width, height, borderPx, color }: BezelSource): Bitmap {
  const blur = Math.max(2, height * 0.035);
  const margin = Math.ceil(borderPx + blur * 3);
  const { canvas, context } = blankCanvas(width + 2 * margin, height + 2 * margin);
  const inner = borderPx * 1.6;
  const opening: Frame = { x: margin, y: margin, width, height, radius: inner };
  // One pixel over what shows, so that no line of the background is left between the two.
  const frame: Frame = {
    x: margin - borderPx,
    y: margin - borderPx,
    width: width + 2 * borderPx,
    height: height + 2 * borderPx,
    radius: inner + borderPx,
  };
  context.save();
  context.shadowColor = 'rgba(0, 0, 0, 0.42)';
  context.shadowBlur = blur * 2;
  context.shadowOffsetY = blur * 0.7;
  context.fillStyle = color;
  context.beginPath();
  rounded(context, frame);
  context.fill();
  context.restore();
  // A thin light along the outer edge and a dark one along the inner, as of a frame with some depth.
  context.lineWidth = Math.max(1, borderPx * 0.16);
  const sheen = context.createLinearGradient(0, frame.y, 0, frame.y + frame.height);
  sheen.addColorStop(0, withAlpha('#ffffff', 0.34));
  sheen.addColorStop(0.3, withAlpha('#ffffff', 0.1));
  sheen.addColorStop(1, withAlpha('#ffffff', 0.04));
  context.strokeStyle = sheen;
  context.beginPath();
  rounded(context, frame);
  context.stroke();
  context.globalCompositeOperation = 'destination-out';
  context.fillStyle = '#000000';
  context.beginPath();
  rounded(context, opening);
  context.fill();
  context.globalCompositeOperation = 'source-over';
  context.strokeStyle = 'rgba(0, 0, 0, 0.3)';
  context.beginPath();
  rounded(context, opening);
  context.stroke();
  return wholeBitmap(canvas, { x: -margin, y: -margin });
}
