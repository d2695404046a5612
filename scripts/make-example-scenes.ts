import { FINISHES, type Finish, LAMP_BOX, lampBalls, lampGlass, lampSolid, paintLamp } from './make-example-lamp.ts';
import { places } from './make-example-places.ts';
import type { Colour, Panel, Scene, Surface } from './make-example-scene.ts';

const WARM: Colour = [2.7, 1.24, 0.42];
const WARM_NEAR: Colour = [2.3, 1.06, 0.37];
const DUSK: Colour = [1.08, 0.93, 0.8];
const DARK: Colour = [0, 0, 0];

/** A softbox of the given size around `centre` that shines at `target`. */
function softbox(centre: Colour, target: Colour, look: { readonly width: number; readonly height: number; readonly glow: Colour }): Panel {
  const [fx, fy, fz] = [target[0] - centre[0], target[1] - centre[1], target[2] - centre[2]];
  const far = Math.sqrt(fx * fx + fy * fy + fz * fz);
  const flat = Math.sqrt(fx * fx + fz * fz);
  const [rx, rz] = flat > 1e-6 ? [-fz / flat, fx / flat] : [1, 0];
  const [ux, uy, uz] = [(-rz * fy) / far, (rz * fx - rx * fz) / far, (rx * fy) / far];
  const { width, height, glow } = look;
  const half = (right: number, up: number, middle: number): number => middle - (right * width + up * height) / 2;
  return {
    corner: [half(rx, ux, centre[0]), half(0, uy, centre[1]), half(rz, uz, centre[2])],
    edgeA: [ux * height, uy * height, uz * height],
    edgeB: [rx * width, 0, rz * width],
    glow,
  };
}

/** Softboxes of the product studio: a tall key at the left, a thin rim at the right, a wide one above, a faint fill in front. */
function studioPanels(strength: number, tint: Colour): readonly Panel[] {
  const glow = (r: number, g: number, b: number): Colour => [r * strength * tint[0], g * strength * tint[1], b * strength * tint[2]];
  const middle: Colour = [0, 1.3, 0];
  return [
    softbox([-3.8, 2.3, 0.9], middle, { width: 1.5, height: 3.4, glow: glow(11.5, 11.1, 10.6) }),
    softbox([3.2, 2, -1.5], middle, { width: 0.9, height: 3.6, glow: glow(12, 12.4, 13) }),
    softbox([0.2, 4.9, -0.4], middle, { width: 3, height: 2, glow: glow(5, 5, 5) }),
    softbox([3.1, 1.7, 4], middle, { width: 0.9, height: 2.2, glow: glow(2.2, 2.1, 2) }),
  ];
}

function studio(finish: Finish, strength: number, tint: Colour = [1, 1, 1]): Scene {
  return {
    solid: lampSolid,
    glass: lampGlass,
    surface: (at, into) => paintLamp(at, finish, into),
    box: LAMP_BOX,
    floor: { height: 0, surface: (_x, _z, into) => plain(into, [0.5, 0.49, 0.48]) },
    panels: studioPanels(strength, tint),
    balls: lampBalls(finish),
    sky: (direction, into) => {
      const up = direction[1];
      const level = strength * (0.2 + 0.3 * Math.max(0, up) - 0.1 * Math.max(0, -direction[2]));
      into[0] = level;
      into[1] = level * 0.985;
      into[2] = level * 0.97;
    },
    cutOut: true,
    exposure: 1,
    patience: 0.95,
  };
}

function plain(into: Surface, colour: Colour): void {
  into.kind = 'cloth';
  into.red = colour[0];
  into.green = colour[1];
  into.blue = colour[2];
  into.roughness = 1;
  into.brushed = 0;
  into.glowRed = 0;
  into.glowGreen = 0;
  into.glowBlue = 0;
}

/** The lamp against a soft brown dusk, for close pictures without alpha. */
function closeUp(finish: Finish, strength: number): Scene {
  const { floor: _floor, ...scene } = studio(finish, strength);
  return {
    ...scene,
    cutOut: false,
    sky: (direction, into) => {
      const glow = Math.exp(-(((direction[0] + 0.2) / 0.5) ** 2) - ((direction[1] + 0.1) / 0.5) ** 2) * (direction[2] < 0 ? 1 : 0.3);
      into[0] = 0.1 + 0.16 * glow;
      into[1] = 0.085 + 0.105 * glow;
      into[2] = 0.08 + 0.07 * glow;
    },
  };
}

const SCENES: Readonly<Record<string, () => Scene>> = {
  ...places(softbox),
  sand: () => studio({ ...FINISHES.sand, glow: DARK }, 1),
  'sand-lit': () => studio({ ...FINISHES.sand, glow: WARM }, 0.46, DUSK),
  'sand-close': () => closeUp({ ...FINISHES.sand, glow: WARM_NEAR }, 0.75),
  midnight: () => studio({ ...FINISHES.midnight, glow: DARK }, 1.1),
  'midnight-lit': () => studio({ ...FINISHES.midnight, glow: WARM }, 0.52, DUSK),
};

/** The scene of that name; fails when there is none. */
export function sceneNamed(name: string): Scene {
  const make = SCENES[name];
  if (make === undefined) throw new Error(`no scene is called "${name}"; there are ${Object.keys(SCENES).join(', ')}`);
  return make();
}
