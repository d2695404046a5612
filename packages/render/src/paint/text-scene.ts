import type { Box, TextSource } from '@filmwright/contracts';
import type { Direction } from '@filmwright/core';
import type { Context } from './canvas.ts';
import type { FontSet } from './font-set.ts';

/** What a style gets to lay a text out; `sizePx` is the size after shrinking. */
export type StyleInput = {
  readonly source: TextSource;
  readonly sizePx: number;
  readonly regular: FontSet;
  readonly bold: FontSet;
  readonly direction: Direction;
  /** Alignment of lines to each other: that of the box, turned round for right-to-left text at the left edge. */
  readonly align: 'left' | 'center' | 'right';
};

/** One stretch of text for the contrast check; `on` is the colour painted behind it by the style itself, null where the picture is behind it. */
export type TextArea = {
  readonly box: Box;
  readonly color: string;
  readonly on: string | null;
  readonly sizePx: number;
  readonly bold: boolean;
};

/** A laid out text: a box of `width` x `height` with its own origin; `draw` paints it there, shapes first. */
export type TextScene = {
  readonly width: number;
  readonly height: number;
  readonly fits: boolean;
  /** Whether the letters stand on the picture itself and need a soft shadow to be read. */
  readonly bare: boolean;
  readonly draw: (context: Context) => void;
  readonly areas: readonly TextArea[];
};

/** Lays a text out in one style at one size. */
export type StyleLayout = (input: StyleInput) => TextScene;
