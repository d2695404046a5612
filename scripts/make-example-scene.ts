/** A colour in linear light; 1 is the brightness of a white card under a light of strength 1. */
export type Colour = readonly [number, number, number];

/** What a ray finds where it meets something; the tracer owns one and every scene fills it in. */
export type Surface = {
  /** cloth: diffuse; metal: rough mirror; glazed: diffuse under a clear coat; mirror-smooth coats have roughness 0. */
  kind: 'cloth' | 'metal' | 'glazed';
  red: number;
  green: number;
  blue: number;
  roughness: number;
  /** Spread of the normal along the y axis, as brushing leaves it in metal; 0 is none. */
  brushed: number;
  glowRed: number;
  glowGreen: number;
  glowBlue: number;
};

/** A rectangle that shines from its front: a corner, two edges (its normal is edgeA x edgeB) and its radiance. */
export type Panel = { readonly corner: Colour; readonly edgeA: Colour; readonly edgeB: Colour; readonly glow: Colour };

/** A ball that shines; its surface must also be part of the scene's solid. */
export type Ball = { readonly centre: Colour; readonly radius: number; readonly glow: Colour };

/** Everything the tracer needs to know of a place: shapes as distances inside a box, a floor, lights and the far surroundings. */
export type Scene = {
  /** Distance to everything that light does not pass. */
  readonly solid: (x: number, y: number, z: number) => number;
  /** Distance to clear glass, negative inside it; absent where there is none. */
  readonly glass?: (x: number, y: number, z: number) => number;
  /** Describes the solid at a point on it. */
  readonly surface: (at: readonly [number, number, number], into: Surface) => void;
  /** The box outside which both distances need not be asked: lowest then highest corner. */
  readonly box: readonly [Colour, Colour];
  /** Height of an endless floor and what it is like; absent where the solid has its own. */
  readonly floor?: { readonly height: number; readonly surface: (x: number, z: number, into: Surface) => void };
  readonly panels: readonly Panel[];
  readonly balls: readonly Ball[];
  /** Radiance that arrives from far away along a direction. */
  readonly sky: (direction: readonly [number, number, number], into: Float64Array) => void;
  /** True: floor and sky stay transparent to the camera, and the picture has alpha. */
  readonly cutOut: boolean;
  /** Factor on all light before the film answers to it. */
  readonly exposure: number;
  /** Most of the paths that may go on after their third meeting, as a share below 1: less is faster, more is smoother in bright rooms. */
  readonly patience: number;
};

/** Where the picture is taken from: heights and distances in the scene's unit, `lens` is the radius of the aperture (0: all sharp). */
export type Camera = {
  readonly eye: Colour;
  readonly target: Colour;
  /** Vertical angle of view in degrees. */
  readonly viewDegrees: number;
  readonly lens: number;
  /** Distance that is sharp; the distance to the target when absent. */
  readonly focus?: number;
};

/** One picture to make: its scene by name, the camera, size in pixels and samples per pixel. */
export type Shot = {
  readonly scene: string;
  readonly camera: Camera;
  readonly width: number;
  readonly height: number;
  readonly samples: number;
};
