import type { TextSource } from '@filmwright/contracts';
import { type Bitmap, trimmedBitmap } from './bitmap.ts';
import { blankCanvas, type Canvas } from './canvas.ts';
import { isLight } from './color.ts';
import type { FontPath } from './font-set.ts';
import { layoutText } from './layout-text.ts';

/** A one-coloured copy of what is on a canvas. */
const silhouette = (canvas: Canvas, color: string): Canvas => {
  const copy = blankCanvas(canvas.width, canvas.height);
  copy.context.drawImage(canvas, 0, 0);
  copy.context.globalCompositeOperation = 'source-in';
  copy.context.fillStyle = color;
  copy.context.fillRect(0, 0, canvas.width, canvas.height);
  return copy.canvas;
};

/**
 * Paints a text in its style at its place on the frame. Letters that stand on the picture itself get a soft shadow (a light one under dark
 * letters). The same source and font files give the same bytes; only those files are drawn with.
 */
export const paintText = (source: TextSource, fontPath: FontPath): Bitmap => {
  const { scene, box, sizePx } = layoutText(source, fontPath);
  const margin = Math.ceil(sizePx * 1.5) + 8;
  const origin = { x: Math.floor(box.x) - margin, y: Math.floor(box.y) - margin };
  const size = { width: Math.ceil(box.x - origin.x + scene.width) + margin, height: Math.ceil(box.y - origin.y + scene.height) + margin };
  const { canvas, context } = blankCanvas(size.width, size.height);
  context.translate(box.x - origin.x, box.y - origin.y);
  scene.draw(context);
  if (!scene.bare) return trimmedBitmap(canvas, origin);
  const under = blankCanvas(size.width, size.height);
  const light = isLight(source.color);
  const shape = silhouette(canvas, light ? '#05070d' : '#ffffff');
  const passes = light
    ? [
        { blur: 0.36, offset: 0.03, alpha: 0.28 },
        { blur: 0.07, offset: 0.018, alpha: 0.22 },
      ]
    : [{ blur: 0.3, offset: 0, alpha: 0.3 }];
  for (const pass of passes) {
    under.context.filter = `blur(${Math.max(0.5, sizePx * pass.blur)}px)`;
    under.context.globalAlpha = pass.alpha;
    under.context.drawImage(shape, 0, sizePx * pass.offset);
  }
  under.context.filter = 'none';
  under.context.globalAlpha = 1;
  under.context.drawImage(canvas, 0, 0);
  return trimmedBitmap(under.canvas, origin);
};
