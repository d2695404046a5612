import { z } from 'zod';

const nameSchema = z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name of small letters, digits and hyphens');
const hexSchema = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as #1a2b3c');
const pointSchema = z.tuple([z.number(), z.number()]).readonly();
const shareSchema = z.number().min(0).max(1);

/** Sounds that a mouth shows; every rig draws each of them. `rest` is the resting mouth, `mbp` the pressed one, `wide` the widest. */
export const visemes = ['rest', 'mbp', 'a', 'e', 'i', 'o', 'u', 'fv', 'l', 's', 'wide'] as const;
export type Viseme = (typeof visemes)[number];

/** A colour by its hex, or made from another named colour: multiplied, or mixed by a share 0..1. */
export const rigColorSchema = z.union([
  hexSchema,
  z.strictObject({ of: nameSchema, multiply: hexSchema }).readonly(),
  z.strictObject({ of: nameSchema, mix: z.union([hexSchema, nameSchema]), share: shareSchema }).readonly(),
]);
export type RigColor = z.output<typeof rigColorSchema>;

const stopSchema = z.union([z.tuple([shareSchema, nameSchema]), z.tuple([shareSchema, nameSchema, shareSchema])]).readonly();

/** A named colour, or a gradient in rig units: `linear` from x, y to x, y; `radial` about x, y with a radius. A stop is place, colour, opacity. */
export const rigPaintSchema = z.union([
  nameSchema,
  z.strictObject({ linear: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly(), stops: z.array(stopSchema).min(2) }),
  z.strictObject({ radial: z.tuple([z.number(), z.number(), z.number().positive()]).readonly(), stops: z.array(stopSchema).min(2) }),
]);
export type RigPaint = z.output<typeof rigPaintSchema>;

const commonShape = {
  /** Name by which other shapes of the same drawing are kept `inside` this one. */
  id: nameSchema.optional(),
  /** Shows only where the shape with this id is. */
  inside: nameSchema.optional(),
  opacity: shareSchema.optional(),
  /** Shown only while the figure faces there: light stays where it is when a figure is mirrored. */
  facing: z.enum(['left', 'right']).optional(),
  /** Goes along with the gaze by this share of the rig's reach. */
  gaze: z.number().optional(),
  /** Is never mirrored (lettering on clothes). */
  readable: z.boolean().optional(),
};

/** A vector shape: SVG path data in rig units (commands M L C Q Z, absolute). */
export const pathShapeSchema = z.strictObject({
  ...commonShape,
  path: z.string().regex(/^\s*M[\sMLCQZ0-9eE.,+-]*$/, 'SVG path data of absolute M L C Q Z'),
  fill: rigPaintSchema.optional(),
  stroke: z.strictObject({ color: nameSchema, width: z.number().positive() }).optional(),
});
export type PathShape = z.output<typeof pathShapeSchema>;

/** A sleeve, leg or other tapered shape bent through the pivots of parts; `widths` are place 0..1 along it and half width in rig units. */
export const limbShapeSchema = z.strictObject({
  ...commonShape,
  limb: z.array(nameSchema).min(2),
  widths: z.array(pointSchema).min(2),
  /** Share of the shorter neighbour by which a bend is rounded. */
  bend: shareSchema.default(0.3),
  /** Where the shape starts and ends along the limb, 0..1. */
  from: shareSchema.default(0),
  to: shareSchema.default(1),
  /** Round ends, in shares of the half width there: 0 is flat. */
  caps: z.tuple([shareSchema, shareSchema]).readonly().default([1, 1]),
  fill: nameSchema,
  /** Colours of the side away from the light and of the edge towards it. */
  shade: nameSchema.optional(),
  light: nameSchema.optional(),
  /** Colour of a faint line along its edge. */
  edge: nameSchema.optional(),
  /** Creases where the limb bends. */
  folds: nameSchema.optional(),
});
export type LimbShape = z.output<typeof limbShapeSchema>;

/** A picture with alpha, by the name of a file beside the rig, placed in rig units. */
export const pictureShapeSchema = z.strictObject({
  ...commonShape,
  picture: z.string().min(1),
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
});

export const rigShapeSchema = z.union([pathShapeSchema, limbShapeSchema, pictureShapeSchema]);
export type RigShape = z.output<typeof rigShapeSchema>;

/** A part: its pivot in rig units, drawn in the place where it stands in the resting figure. Greater `order` is drawn later. */
export const rigPartSchema = z.strictObject({
  name: nameSchema,
  parent: nameSchema.optional(),
  pivot: pointSchema,
  order: z.number().default(0),
  /** Rig units by which the part moves sideways when the head turns all the way. */
  parallax: z.number().default(0),
  /** Alternative drawings; the first is the resting one. Those with the same shapes and path commands melt into each other. */
  drawings: z.record(nameSchema, z.array(rigShapeSchema)).default({}),
});
export type RigPart = z.output<typeof rigPartSchema>;

/** How a part is moved: degrees clockwise, rig units, and the length of its bone as a factor. */
export const jointSchema = z.strictObject({
  rotate: z.number().min(-720).max(720).default(0),
  x: z.number().default(0),
  y: z.number().default(0),
  stretch: z.number().min(0.1).max(3).default(1),
});
export type Joint = z.output<typeof jointSchema>;

const jointsSchema = z.record(nameSchema, jointSchema);
const morphsSchema = z.record(nameSchema, z.record(nameSchema, z.number().min(-2).max(2)));

export const rigPoseSchema = z.strictObject({
  joints: jointsSchema.default({}),
  /** Alternative drawing of a part while the pose is held. */
  drawings: z.record(nameSchema, nameSchema).default({}),
  /** Draw order of a part while the pose is held. */
  orders: z.record(nameSchema, z.number()).default({}),
});
export type RigPose = z.output<typeof rigPoseSchema>;

export const rigExpressionSchema = z.strictObject({ joints: jointsSchema.default({}), morphs: morphsSchema.default({}) });
export type RigExpression = z.output<typeof rigExpressionSchema>;

/** A drawn figure that moves, version 1 of the format (`rig.json`). Lengths are rig units, y downwards, drawn facing right. */
export const rigSchema = z.strictObject({
  rig: z.literal(1),
  name: nameSchema,
  title: z.string().min(1),
  description: z.string(),
  author: z.string().optional(),
  license: z.string().optional(),
  /** Everything that any pose shows. */
  bounds: z.strictObject({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() }),
  /** The resting figure from the top of the head to the ground. */
  top: z.number(),
  ground: z.number(),
  /** Where the figure is mirrored, and where it stands. */
  axis: z.number(),
  eyes: z.strictObject({ y: z.number(), reach: pointSchema }),
  mouth: z.strictObject({ x: z.number(), y: z.number(), part: nameSchema, cavity: nameSchema }),
  /** Lower edge of the picture by the name of the framing; `full` shows the whole figure. */
  framings: z.record(nameSchema, z.number()),
  colors: z.record(nameSchema, rigColorSchema),
  /** Sets of colours that go together. */
  looks: z.record(nameSchema, z.record(nameSchema, hexSchema)).default({}),
  parts: z.array(rigPartSchema).min(1),
  /** Drawing of the mouth part for every viseme. */
  visemes: z.record(z.enum(visemes), nameSchema),
  /** What else a viseme moves, such as the jaw of the head. */
  jaw: z.partialRecord(z.enum(visemes), morphsSchema).default({}),
  blink: morphsSchema,
  breath: jointsSchema.default({}),
  sway: jointsSchema.default({}),
  nod: jointsSchema.default({}),
  turn: jointsSchema.default({}),
  poses: z.record(nameSchema, rigPoseSchema),
  emotions: z.record(nameSchema, rigExpressionSchema),
  /** Poses passed through again and again; `stride` is the rig units a whole cycle moves the figure on. */
  cycles: z.record(nameSchema, z.strictObject({ poses: z.array(nameSchema).min(2), stride: z.number() })).default({}),
});
export type Rig = z.output<typeof rigSchema>;

const frameSchema = z.number().int();

/** What a figure does in a shot, by shot-relative frames (frames before the shot are allowed). Each track is in the order of its frames. */
export const performanceSchema = z.strictObject({
  fps: z.number().positive(),
  seed: z.number().int().min(0).default(1),
  facing: z.enum(['left', 'right']).default('right'),
  /** A pose is reached `lengthFrames` after its frame; without it about half a second. */
  poses: z.array(z.strictObject({ frame: frameSchema, pose: nameSchema, lengthFrames: z.number().positive().optional() })).default([]),
  emotions: z
    .array(
      z.strictObject({
        frame: frameSchema,
        emotion: nameSchema,
        weight: shareSchema.default(1),
        lengthFrames: z.number().positive().optional(),
      }),
    )
    .default([]),
  /** `open` scales how far the mouth goes from rest to the viseme. */
  visemes: z.array(z.strictObject({ frame: z.number(), viseme: z.enum(visemes), open: shareSchema.default(1) })).default([]),
  /** Where the eyes look, -1..1 to the figure's front and down. */
  gaze: z.array(z.strictObject({ frame: frameSchema, x: z.number().min(-1).max(1), y: z.number().min(-1).max(1) })).default([]),
  /** How far the head turns, -1 (to the viewer) to 1 (away to the front). */
  turns: z
    .array(z.strictObject({ frame: frameSchema, turn: z.number().min(-1).max(1), lengthFrames: z.number().positive().optional() }))
    .default([]),
  nods: z
    .array(z.strictObject({ frame: frameSchema, depth: shareSchema.default(1), lengthFrames: z.number().positive().optional() }))
    .default([]),
  /** Turns to the other side: the figure faces there from half way through `lengthFrames` on. */
  facings: z
    .array(z.strictObject({ frame: frameSchema, facing: z.enum(['left', 'right']), lengthFrames: z.number().positive() }))
    .default([]),
  cycles: z
    .array(z.strictObject({ cycle: nameSchema, startFrame: frameSchema, endFrame: frameSchema, cycleFrames: z.number().positive() }))
    .default([]),
});
export type FigurePerformance = z.output<typeof performanceSchema>;

/** Level of a line's audio, one value for every hop, in decibels below its loudest moment (0 is the loudest, 60 and more is silence). */
export const speechEnergySchema = z.object({ hopMs: z.number().positive(), below: z.array(z.number().int()).readonly() }).readonly();
export type SpeechEnergy = z.output<typeof speechEnergySchema>;

/** What a plan wants to know of a rig: everything but its drawings. */
export const rigOutlineSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    author: z.string().optional(),
    license: z.string().optional(),
    bounds: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).readonly(),
    top: z.number(),
    ground: z.number(),
    axis: z.number(),
    framings: z.record(z.string(), z.number()).readonly(),
    colors: z.array(z.string()).readonly(),
    looks: z.record(z.string(), z.record(z.string(), z.string())).readonly(),
    poses: z.array(z.string()).readonly(),
    emotions: z.array(z.string()).readonly(),
    cycles: z.record(z.string(), z.object({ stride: z.number() }).readonly()).readonly(),
    /** How far the mouth is open in each viseme, in rig units. */
    openings: z.record(z.enum(visemes), z.number()).readonly(),
    pictures: z.array(z.string()).readonly(),
  })
  .readonly();
export type RigOutline = z.output<typeof rigOutlineSchema>;

/** A figure at one moment. Weights are 0..1; `breath` and `sway` run from -1 to 1; parts left out rest. */
export type FigureState = {
  readonly facing: 'left' | 'right';
  readonly joints: Readonly<Record<string, Joint>>;
  /** Weight of each alternative drawing of a part; what is missing to 1 is the resting drawing. */
  readonly drawings: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly orders: Readonly<Record<string, number>>;
  readonly visemes: Readonly<Partial<Record<Viseme, number>>>;
  readonly emotions: Readonly<Record<string, number>>;
  readonly blink: number;
  readonly gaze: { readonly x: number; readonly y: number };
  readonly turn: number;
  readonly nod: number;
  readonly breath: number;
  readonly sway: number;
  /** Width as a share while the figure turns to the other side; 1 at rest. */
  readonly width?: number;
};
