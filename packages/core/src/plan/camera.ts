import type { Camera, Path } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import type { FigurePlace } from './figure-places.ts';
import { type Move, round } from './motion.ts';

/** What the camera shows of the whole frame: enlarged by `zoom` about a point of it, in shares of the frame. */
export type CameraView = { readonly zoom: number; readonly x: number; readonly y: number };

/** A view from a frame of the shot on, up to the next cut. */
export type CameraCut = { readonly fromFrame: number; readonly untilFrame: number; readonly view: CameraView };

const wideView: CameraView = { zoom: 1, x: 0.5, y: 0.5 };

/** Free space over a head, as a share of what the camera shows. */
const headroom = { close: 0.13, medium: 0.1 } as const;
const lowest = { close: 'bust', medium: 'waist' } as const;
const mostZoom = 3.6;
/** A cut to hardly another size looks like a mistake: what is shown grows by so much at least. */
const leastZoom = { close: 1.65, medium: 1.3 } as const;

/** The view of a camera on one of the figures; it never shows beyond the frame. */
export function cameraView(
  camera: Camera | undefined,
  { places, size }: { readonly places: readonly FigurePlace[]; readonly size: Size },
): CameraView {
  if (camera === undefined || camera === 'wide' || camera.framing === 'wide') return wideView;
  const place = places.find(({ entry }) => entry.character === camera.on);
  if (place === undefined) return wideView;
  const { outline, unit, framing, baseY } = place;
  const yOf = (line: number): number => baseY - ((outline.framings[framing] ?? outline.ground) - line) * unit;
  const named = outline.framings[lowest[camera.framing]];
  const lower = named ?? outline.top + (outline.ground - outline.top) * (camera.framing === 'close' ? 0.33 : 0.46);
  const body = yOf(lower) - yOf(outline.top);
  const shown = body / (1 - headroom[camera.framing]);
  const zoom = Math.max(leastZoom[camera.framing], Math.min(mostZoom, size.height / shown));
  const share = 1 / zoom;
  // There is more room before a face than behind it.
  const ahead = (place.facing === 'right' ? 1 : -1) * 0.09 * share;
  const clamp = (middle: number): number => Math.max(share / 2, Math.min(1 - share / 2, middle));
  const top = yOf(outline.top) / size.height - headroom[camera.framing] * share;
  return { zoom: round(zoom), x: round(clamp(place.x / size.width + ahead)), y: round(clamp(top + share / 2)) };
}

/** A place on the whole frame as the view shows it, in output pixels. */
export function viewed(
  view: CameraView,
  size: Size,
): { readonly x: (x: number) => number; readonly y: (y: number) => number; readonly path: (x: Path) => Path } {
  const x = (at: number): number => round((at - view.x * size.width) * view.zoom + size.width / 2);
  const y = (at: number): number => round((at - view.y * size.height) * view.zoom + size.height / 2);
  return { x, y, path: (path) => path.map((key) => ({ ...key, value: x(key.value) })) };
}

/** The view of what stands farther back: it grows less and moves less than what is before it. `depth` 1 is the figures, 0 at infinity. */
export function fartherView(view: CameraView, depth: number): CameraView {
  const zoom = 1 + (view.zoom - 1) * depth;
  const share = 1 / zoom;
  const clamp = (middle: number): number => Math.max(share / 2, Math.min(1 - share / 2, middle));
  return { zoom: round(zoom), x: round(clamp(0.5 + (view.x - 0.5) * depth)), y: round(clamp(0.5 + (view.y - 0.5) * depth)) };
}

/** A background's move that stands still at a view. */
export function heldMove(view: CameraView, focus: readonly [number, number] | undefined): Move {
  const [x, y] = view.zoom === 1 && focus !== undefined ? focus : [view.x, view.y];
  const held = { zoom: view.zoom, x, y };
  return { from: held, to: held, ease: 'linear', parallax: 0 };
}

/** Cuts of a shot in order, those of lines after that of the shot; a view is held for half a second at least. */
export function cameraCuts(
  wanted: readonly { readonly frame: number; readonly view: CameraView }[],
  { fps, untilFrame }: { readonly fps: number; readonly untilFrame: number },
): readonly CameraCut[] {
  const kept: { frame: number; view: CameraView }[] = [];
  for (const cut of wanted) {
    const before = kept.at(-1);
    if (before !== undefined && cut.frame - before.frame < fps / 2) kept[kept.length - 1] = { frame: before.frame, view: cut.view };
    else if (before === undefined || JSON.stringify(before.view) !== JSON.stringify(cut.view)) kept.push(cut);
  }
  return kept.map((cut, index) => ({
    fromFrame: cut.frame,
    untilFrame: kept[index + 1]?.frame ?? untilFrame,
    view: cut.view,
  }));
}
