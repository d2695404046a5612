/** A decoded frame of a clip, of even width and height: planes of light, then of the differences of blue and red from it at half the size (4:2:0, BT.709, limited range). */
export type PlanarFrame = { readonly width: number; readonly height: number; readonly yuv: Uint8Array };

/** How a square of a cut-out frame is: clear, wholly as it was in the frame before, or to be taken from its pixels. */
export const squareKinds = { clear: 0, whole: 1, pixels: 2 } as const;

/** Squares of `sidePx` (even) by `sidePx` pixels of a cut-out frame, row by row, each with its kind; and the planes of the frame as it was. */
export type CutSquares = { readonly sidePx: number; readonly kinds: Uint8Array; readonly yuv: Uint8Array };
