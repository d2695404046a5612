import type { FigurePerformance, Layer, RigSource, SpeechEnergy } from '@filmwright/contracts';
import { figureRevision } from '../figure/figure-revision.ts';
import type { SpokenByFigure } from '../figure/mouth-lag.ts';
import { type HeardLine, perform, type Side } from '../figure/perform.ts';
import { presenterDocuments } from '../figure/presenters.ts';
import { textHash } from '../figure/seeded.ts';
import { besideRig, type FiguresVisual, figuresVisual, isRigFile, speakerOf } from '../film/figures.ts';
import { linesOf } from '../film/lines-of.ts';
import { type CameraCut, cameraCuts, cameraView, fartherView, heldMove, viewed } from './camera.ts';
import { clipSource } from './clip-layers.ts';
import { clipRange } from './clip-range.ts';
import { type FigurePlace, figurePlaces, type RigOf, screenPlace, walksOf } from './figure-places.ts';
import { placePicture, round, steady } from './motion.ts';
import type { ShotTiming } from './shot-timing.ts';
import type { SpokenLine } from './speech.ts';
import { filtersOf, placedLayer, type VisualInput, type VisualLayers } from './visual-input.ts';
import { backgroundLayers } from './visual-layers.ts';

/** What figures hear and say in a shot; left out while it is only looked at. `energy` of a line is null where no figure says it. */
export type Spoken = {
  readonly timing: ShotTiming;
  readonly lines: readonly SpokenLine[];
  readonly energies: readonly (SpeechEnergy | null)[];
};

export type FiguresInput = VisualInput & {
  readonly rigOf: RigOf;
  readonly spoken: Spoken | null;
};

export type FigureLayers = (NonNullable<VisualLayers> & { readonly mouths: readonly SpokenByFigure[] }) | undefined;

/** How far back things stand behind figures, for the camera. */
const depths = { screen: 0.88, background: 0.62 } as const;

/** Layers of a shot with figures, one set for each view of the camera; undefined while a picture or a rig is not known. */
export function figureLayers(input: FiguresInput): FigureLayers {
  const { film, shot, size, spoken, untilFrame, rigOf } = input;
  const visual = figuresVisual(shot);
  const places = figurePlaces({ film, shot, size, rigOf });
  if (visual === null || places === undefined) return undefined;
  const { fps } = film.format;
  const lines = heardLines(input);
  const acts = places.map((place) => ({ place, ...actOf(input, { place, places, lines }) }));
  const wanted = [
    { frame: 0, camera: shot.camera },
    ...linesOf(shot).flatMap((line, index) => {
      const startMs = spoken?.timing.lineStartsMs[index];
      return line.camera === undefined || startMs === undefined
        ? []
        : [{ frame: Math.max(0, Math.floor((startMs * fps) / 1000) - 2), camera: line.camera }];
    }),
  ];
  const cuts = cameraCuts(
    wanted.map(({ frame, camera }) => ({ frame, view: cameraView(camera, { places, size }) })),
    { fps, untilFrame },
  );
  const layers: Layer[] = [];
  let drawn: Pick<NonNullable<VisualLayers>, 'credits' | 'warnings'> = { credits: [] };
  for (const cut of cuts) {
    const behind = backgroundOf(input, { visual, cut, places });
    const screen = screenLayers(input, { visual, cut });
    if (behind === undefined || screen === undefined) return undefined;
    drawn = behind;
    layers.push(...[...behind.layers, ...screen].flatMap((layer) => within(layer, cut)));
    for (const act of acts) layers.push(figureLayer(input, { ...act, cut }));
  }
  const mouths = acts.flatMap(({ place, performance }) =>
    lines.flatMap((line): SpokenByFigure[] =>
      line.energy === null || line.speaker !== place.entry.character
        ? []
        : [{ startMs: line.startMs, words: line.times, energy: line.energy, performance, openings: place.outline.openings }],
    ),
  );
  return { layers, credits: [...creditsOf(input, places), ...drawn.credits], warnings: drawn.warnings ?? [], mouths };
}

function heardLines({ film, shot, spoken }: FiguresInput): readonly HeardLine[] {
  if (spoken === null) return [];
  return linesOf(shot).flatMap((line, index): HeardLine[] => {
    const said = spoken.lines[index];
    if (said === undefined) return [];
    const startMs = spoken.timing.lineStartsMs[index] ?? 0;
    return [
      {
        startMs,
        endMs: startMs + said.lengthMs,
        speaker: speakerOf(shot, line),
        tokens: said.tokens,
        times: said.audio?.times ?? [],
        energy: spoken.energies[index] ?? null,
        language: film.language,
        emotion: line.emotion,
        gesture: line.gesture,
        look: line.look,
      },
    ];
  });
}

type Acting = { readonly place: FigurePlace; readonly places: readonly FigurePlace[]; readonly lines: readonly HeardLine[] };
type Act = { readonly performance: FigurePerformance; readonly x: Layer['x'] };

/** What a figure does in the shot, and where it is meanwhile. */
function actOf(input: FiguresInput, { place, places, lines }: Acting): Act {
  const { film, shot, size } = input;
  const { fps } = film.format;
  const { entry, outline } = place;
  const saidMs = lines.reduce((last, line) => Math.max(last, line.endMs), 0);
  const walks = walksOf({ place, width: size.width, fps, leaveFrame: Math.round(((saidMs + 200) * fps) / 1000) });
  const screen = screenPlace(shot, size);
  const sideOf = (name: string): Side | undefined => {
    if (name === entry.character) return undefined;
    if (name === 'screen') {
      if (screen === null) return undefined;
      const away = screen.at[0] * size.width - place.x;
      if (Math.abs(away) < size.width * 0.14) return 'above';
      return away < 0 ? 'left' : 'right';
    }
    const x = places.find((one) => one.entry.character === name)?.x;
    return x === undefined ? undefined : x < place.x ? 'left' : 'right';
  };
  const [pose, emotion] = [entry.pose ?? 'neutral', entry.emotion ?? (outline.emotions.includes('friendly') ? 'friendly' : 'neutral')];
  const performance = perform({
    name: entry.character,
    outline,
    fps,
    seed:
      textHash(`${entry.character} ${shot.id ?? ''} ${linesOf(shot)[0]?.say ?? ''}${shot.take === undefined ? '' : ` ${shot.take}`}`) %
      100_000,
    facing: place.facing,
    pose,
    emotion,
    lines,
    sideOf,
    enter: input.spoken === null ? null : walks.enter,
    leave: input.spoken === null ? null : walks.leave,
  });
  return { performance, x: input.spoken === null ? steady(place.x) : walks.x };
}

function figureLayer(
  input: FiguresInput,
  { place, performance, x, cut }: Act & { readonly place: FigurePlace; readonly cut: CameraCut },
): Layer {
  const { film, size } = input;
  const { outline, entry, unit, baseY } = place;
  const { view } = cut;
  const seen = viewed(view, size);
  const own = outline.framings[place.framing] ?? outline.ground;
  const yOf = (line: number): number => seen.y(baseY - (own - line) * unit);
  // Of a figure that reaches out of the view only what shows is painted.
  const enough = Object.entries(outline.framings)
    .filter(([name, line]) => line <= own && name !== 'full' && yOf(line) >= size.height)
    .sort((a, b) => a[1] - b[1])[0];
  const [framing, line] = enough ?? [place.framing, own];
  const character = film.characters[entry.character];
  const source = {
    type: 'figure' as const,
    rig: rigSource(input, entry.character),
    colors: { ...(character?.look === undefined ? {} : outline.looks[character.look]), ...longColors(character?.colors ?? {}) },
    framing,
    heightPx: round((line - outline.top) * unit * view.zoom),
    shadow: framing === 'full',
    revision: figureRevision,
    performance,
  };
  return {
    source,
    fromFrame: cut.fromFrame,
    untilFrame: cut.untilFrame,
    x: seen.path(x),
    y: steady(yOf(line)),
    scale: steady(1),
    opacity: steady(1),
  };
}

/** Colours as `#rrggbb`, as rigs have them. */
function longColors(colors: Readonly<Record<string, string>>): Record<string, string> {
  const long = (hex: string): string => (hex.length === 4 ? `#${[...hex.slice(1)].map((digit) => digit + digit).join('')}` : hex);
  return Object.fromEntries(Object.entries(colors).map(([name, hex]) => [name, long(hex)]));
}

const revisions = new Map<string, string>();

function rigSource({ film, uploads }: FiguresInput, name: string): RigSource {
  const rig = film.characters[name]?.rig ?? '';
  if (!isRigFile(rig)) {
    const known = revisions.get(rig) ?? textHash(JSON.stringify(presenterDocuments[rig] ?? null)).toString(16);
    revisions.set(rig, known);
    return { presenter: rig, revision: known };
  }
  const media = uploads.media(rig, 'rig');
  const pictures = (media?.outline.pictures ?? []).flatMap((picture) => {
    const digest = uploads.media(besideRig(rig, picture), 'picture')?.asset.digest;
    return digest === undefined ? [] : [[picture, digest] as const];
  });
  return { asset: media?.asset.digest ?? '', pictures: Object.fromEntries(pictures) };
}

type Behind = { readonly visual: FiguresVisual; readonly cut: CameraCut; readonly places: readonly FigurePlace[] };

/** The part of a layer that a view of the camera shows; a clip that is played again and again is a layer each time. */
function within(layer: Layer, cut: CameraCut): readonly Layer[] {
  const fromFrame = Math.max(layer.fromFrame, cut.fromFrame);
  const untilFrame = Math.min(layer.untilFrame, cut.untilFrame);
  return untilFrame > fromFrame ? [{ ...layer, fromFrame, untilFrame }] : [];
}

/** The background of a view, softer the closer the camera is, as lenses draw it. */
function backgroundOf(input: FiguresInput, { visual, cut, places }: Behind): VisualLayers {
  const { shot, size } = input;
  const { background } = visual;
  const view = fartherView(cut.view, depths.background);
  const near = places.every(({ framing }) => framing !== 'full') ? 0.0028 : 0;
  const blurPx = shot.filters === undefined ? round((near + 0.0035 * (cut.view.zoom - 1)) * size.height) : undefined;
  const found = backgroundLayers(input, {
    visual: background,
    staged: true,
    move: heldMove(view, 'focus' in background ? background.focus : undefined),
  });
  return found === undefined || blurPx === undefined ? found : { ...found, layers: found.layers.map((layer) => blurred(layer, blurPx)) };
}

function blurred(layer: Layer, blurPx: number): Layer {
  const { source } = layer;
  if (source.type !== 'picture' && source.type !== 'clip') return layer;
  return { ...layer, source: { ...source, filters: { ...source.filters, blurPx: source.filters.blurPx + blurPx } } };
}

/** A screen plays its clip from the beginning at its own pace. */
const whole = { from: '0s', speed: 1 };

function screenLayers(input: FiguresInput, { visual, cut }: Omit<Behind, 'places'>): readonly Layer[] | undefined {
  const { shot, size, film, uploads, untilFrame } = input;
  const { screen } = visual;
  const place = screenPlace(shot, size);
  if (screen === undefined || place === null) return [];
  const media = 'picture' in screen ? uploads.media(screen.picture, 'picture') : uploads.media(screen.clip, 'clip');
  if (media === undefined) return undefined;
  const view = fartherView(cut.view, depths.screen);
  const seen = viewed(view, size);
  // Never wider than asked for, nor higher than three fifths of the frame.
  const width = Math.min(place.width * size.width, (size.height * 0.6 * media.width) / media.height) * view.zoom;
  const frame = { width: 2 * Math.round(width / 2), height: 2 * Math.round((width * media.height) / media.width / 2) };
  const still = { from: { zoom: 1, x: 0.5, y: 0.5 }, to: { zoom: 1, x: 0.5, y: 0.5 }, ease: 'linear' as const, parallax: 0 };
  const { prepared } = placePicture({ picture: media, frame, move: still, untilFrame, fit: 'cover' });
  const at = { x: steady(seen.x(place.at[0] * size.width)), y: steady(seen.y(place.at[1] * size.height)), scale: steady(1) };
  const filters = { ...filtersOf(input, size), blurPx: 0 };
  const source =
    media.type === 'picture'
      ? { type: 'picture' as const, asset: media.asset.digest, alpha: media.hasAlpha, shadow: 'none' as const, filters, ...prepared }
      : { ...clipSource({ clip: media, range: clipRange(whole, { clip: media, fps: film.format.fps }) }), filters, ...prepared };
  const borderPx = round(Math.min(size.width, size.height) * 0.009 * view.zoom);
  const bezel = { type: 'bezel' as const, color: film.brand.colors.primary, borderPx, ...prepared };
  return [placedLayer(source, { place: at, untilFrame }), placedLayer(bezel, { place: at, untilFrame })];
}

function creditsOf({ film }: FiguresInput, places: readonly FigurePlace[]) {
  return places.flatMap(({ entry, outline }) => {
    const rig = film.characters[entry.character]?.rig ?? '';
    if (!isRigFile(rig)) return [];
    const note = outline.author === undefined ? {} : { note: `drawn by ${outline.author}` };
    return [{ role: 'model' as const, name: outline.title, licence: outline.license ?? 'not stated', source: rig, ...note }];
  });
}
