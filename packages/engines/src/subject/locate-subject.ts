import { type InstalledModel, installedModel } from '../models/model-shelf.ts';
import { type ModelPool, openModelPool } from '../onnx/model-pool.ts';
import { type Box, cropPicture, type Picture, type Plane } from '../onnx/picture.ts';
import { runPictureModel } from '../onnx/picture-model.ts';
import { resizePlane } from '../onnx/resample.ts';
import { saliencyMap } from './saliency-map.ts';
import { headsOf, type ShareBox, subjectInMask } from './subject-in-mask.ts';

/**
 * What a picture shows, in shares of it: `point` is what to look at, `box` all of it, `head` the heads of people. `confidence` is 0 for a guess no
 * better than the middle, 1 for certainty.
 */
export type LocatedSubject = {
  readonly kind: 'people' | 'object' | 'striking' | 'none';
  readonly point: readonly [number, number];
  readonly box: ShareBox;
  readonly head: ShareBox | null;
  readonly confidence: number;
};

export type LocateOptions = {
  readonly signal?: AbortSignal;
  /** What was found a moment before in the same scene. */
  readonly before?: LocatedSubject;
};

/** Finds subjects in pictures with models that stay loaded until it is closed. */
export type SubjectFinder = {
  readonly locate: (picture: Picture, options?: LocateOptions) => Promise<LocatedSubject>;
  /** What to cut out of a picture: people where they are most of what the object model finds, as large as that, or all that is found; else the object, or none. */
  readonly choose: (picture: Picture, options?: Pick<LocateOptions, 'signal'>) => Promise<LocatedSubject>;
  readonly close: () => Promise<void>;
};

/** A finder with the mask models of these names, all installed; people are looked for first. */
export async function openSubjectFinder({
  home,
  models,
  pool: shared,
}: {
  readonly home: string;
  readonly models: readonly string[];
  /** Loaded models to use, which stay; without it they are loaded for this finder alone. */
  readonly pool?: ModelPool;
}): Promise<SubjectFinder> {
  const loaded: InstalledModel[] = [];
  for (const name of models) loaded.push(await installedModel({ name, home }));
  const pool = shared ?? openModelPool();
  const people = loaded.find(({ card }) => card.finds === 'people');
  const objects = loaded.find(({ card }) => card.finds !== 'people');
  const maskOf = async (model: InstalledModel, picture: Picture, signal: AbortSignal | undefined): Promise<Plane> => {
    const { width, height, channels } = await runPictureModel({ model, picture, pool, ...(signal ? { signal } : {}) });
    return { width, height, data: channels[0] as Float32Array };
  };
  return {
    async locate(picture, { signal, before } = {}) {
      const striking = strikingIn(saliencyMap(picture));
      if (people !== undefined) {
        const whole = peopleIn(await maskOf(people, picture, signal), surePeople);
        if (whole !== null) return whole;
        // People who are small in the picture are seen when it is looked at from nearer.
        let best: LocatedSubject | null = null;
        for (const { near, sure } of nearLooks(picture, { striking, before })) {
          const found = peopleIn(await maskOf(people, cropPicture(picture, near), signal), sure);
          if (found !== null && found.confidence > (best?.confidence ?? 0)) best = inWhole(found, { near, picture });
        }
        if (best !== null) return best;
      }
      const object = objects === undefined ? null : objectIn(await maskOf(objects, picture, signal));
      return object ?? striking;
    },
    async choose(picture, { signal } = {}) {
      const [somebody, something] = [
        people && (await maskOf(people, picture, signal)),
        objects && (await maskOf(objects, picture, signal)),
      ];
      const found = somebody === undefined ? null : peopleIn(somebody, surePeople);
      const object = something === undefined ? null : objectIn(something);
      if (somebody === undefined || something === undefined || object === null) return found ?? object ?? nothing;
      return found !== null && areMostOf(somebody, something) ? found : object;
    },
    close: async () => {
      if (shared === undefined) await pool.dispose();
    },
  };
}

/** How decided a mask of people must be: of the whole picture, and of a part of it, where more is taken for people that is none. */
const surePeople = 0.62;
const sureNear = 0.78;

type Look = { readonly near: Box; readonly sure: number };
type Known = { readonly striking: LocatedSubject; readonly before: LocatedSubject | undefined };

/** Parts of a picture to look at from nearer: where people were a moment before, around what strikes, and squares along its longer side. */
function nearLooks({ width, height }: Picture, { striking, before }: Known): readonly Look[] {
  const looks: Look[] = [];
  const around = ({ box }: LocatedSubject, { margin, sure }: { readonly margin: number; readonly sure: number }): void => {
    const [left, top] = [Math.max(0, box.x - box.width * margin), Math.max(0, box.y - box.height * margin)];
    const [right, bottom] = [Math.min(1, box.x + box.width * (1 + margin)), Math.min(1, box.y + box.height * (1 + margin))];
    if ((right - left) * (bottom - top) > 0.8) return;
    const [x, y] = [Math.floor(left * width), Math.floor(top * height)];
    const near = {
      x,
      y,
      width: Math.min(width - x, Math.ceil((right - left) * width)),
      height: Math.min(height - y, Math.ceil((bottom - top) * height)),
    };
    if (near.width >= 24 && near.height >= 24) looks.push({ near, sure });
  };
  if (before?.kind === 'people') around(before, { margin: 0.5, sure: surePeople });
  if (striking.confidence >= 0.3) around(striking, { margin: 0.25, sure: surePeople });
  const side = Math.min(width, height);
  const long = Math.max(width, height);
  const count = long / side < 1.15 ? 0 : Math.ceil((long / side - 1) * 2) + 1;
  for (let at = 0; at < count; at++) {
    const from = Math.round(((long - side) * at) / Math.max(1, count - 1));
    looks.push({ near: { x: width >= height ? from : 0, y: width >= height ? 0 : from, width: side, height: side }, sure: sureNear });
  }
  return looks;
}

type Near = { readonly near: Box; readonly picture: Picture };

/** What was found in a part of a picture, in shares of the whole; a little less certain. */
function inWhole(found: LocatedSubject, { near, picture }: Near): LocatedSubject {
  const [kx, ky] = [near.width / picture.width, near.height / picture.height];
  const [ox, oy] = [near.x / picture.width, near.y / picture.height];
  const moved = ({ x, y, width, height }: ShareBox): ShareBox => ({
    x: ox + x * kx,
    y: oy + y * ky,
    width: width * kx,
    height: height * ky,
  });
  return {
    ...found,
    point: [ox + found.point[0] * kx, oy + found.point[1] * ky],
    box: moved(found.box),
    head: found.head === null ? null : moved(found.head),
    confidence: round(found.confidence * 0.85),
  };
}

const WHOLE: ShareBox = { x: 0, y: 0, width: 1, height: 1 };
const nothing: LocatedSubject = { kind: 'none', point: [0.5, 0.5], box: WHOLE, head: null, confidence: 0 };

/** Of a mask: how much of what it half believes it also fully believes; 1 for clear edges, near 0 for haze. */
function decision({ data }: Plane): number {
  let [half, full] = [0, 0];
  for (const value of data) {
    if (value > 0.25) half++;
    if (value > 0.75) full++;
  }
  return half === 0 ? 0 : full / half;
}

/** People in a mask that leaves no doubt; a mask in two minds is of something else. */
function peopleIn(mask: Plane, least: number): LocatedSubject | null {
  const found = subjectInMask(mask, 0.6);
  if (found === null || found.coverage < 0.008 || found.coverage > 0.9) return null;
  const sure = decision(mask);
  if (sure < least) return null;
  const head = headsOf(mask, found.pieces);
  const middle = head.x + head.width / 2;
  const point = [0.6 * middle + 0.4 * found.point[0], Math.min(1, head.y + head.height * 0.8)] as const;
  return { kind: 'people', point, box: found.box, head, confidence: round(Math.min(0.98, 0.4 + sure * 0.55)) };
}

/** Least share of an object's mask that people must take to be what is meant. */
const leastPeople = 0.5;

/** Whether people are most of what another model takes for the subject, or larger than it. */
function areMostOf(people: Plane, object: Plane): boolean {
  const { data } = resizePlane(people, object.width, object.height);
  let [persons, things, both] = [0, 0, 0];
  object.data.forEach((value, i) => {
    const isPerson = (data[i] as number) > 0.6;
    if (isPerson) persons++;
    if (value > 0.5) {
      things++;
      if (isPerson) both++;
    }
  });
  return both >= leastPeople * things || persons >= things;
}

function objectIn(mask: Plane): LocatedSubject | null {
  const found = subjectInMask(mask, 0.5);
  if (found === null || found.coverage < 0.004 || found.coverage > 0.9) return null;
  const sure = decision(mask);
  return sure < 0.4
    ? null
    : { kind: 'object', point: found.point, box: found.box, head: null, confidence: round(Math.min(0.95, 0.3 + sure * 0.6)) };
}

/** The most striking part of a map: above the level that tells it best from the rest (N. Otsu, 1979). */
function strikingIn(map: Plane): LocatedSubject {
  const level = Math.max(0.25, otsu(map.data));
  const found = subjectInMask(map, level);
  if (found === null) return nothing;
  const inside = new Uint8Array(map.data.length);
  for (const { pixels } of found.pieces) for (const at of pixels) inside[at] = 1;
  let [within, without, count] = [0, 0, 0];
  map.data.forEach((value, i) => {
    if (inside[i]) {
      within += value;
      count++;
    } else without += value;
  });
  const contrast = within / count - without / Math.max(1, map.data.length - count);
  // What fills most of the picture has no place in it.
  const compact = 1 - Math.min(1, Math.max(0, found.box.width * found.box.height - 0.1) / 0.8);
  return {
    kind: 'striking',
    point: densest(map),
    box: found.box,
    head: null,
    confidence: round(Math.min(0.8, Math.max(0, contrast) * compact * 1.3)),
  };
}

/** Window over which weight is summed, as a share of each side. */
const WINDOW = 0.34;

/** The middle of the window with the most weight, across and down each for itself; of windows that are alike the one nearest to the middle of the picture. */
function densest({ width, height, data }: Plane): readonly [number, number] {
  const across = new Float64Array(width);
  const down = new Float64Array(height);
  data.forEach((value, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    across[x] = (across[x] as number) + value * value;
    down[y] = (down[y] as number) + value * value;
  });
  return [windowOf(across), windowOf(down)];
}

function windowOf(weights: Float64Array): number {
  const length = weights.length;
  const half = (length * WINDOW) / 2;
  let [best, most] = [0.5, -1];
  for (let step = 0; step <= 100; step++) {
    const middle = half + ((length - 2 * half) * step) / 100;
    // A soft window, so that what stands in its middle counts most.
    const weight = weights.reduce((sum, value, at) => sum + value * Math.max(0, 1 - ((at + 0.5 - middle) / half) ** 2), 0);
    const share = middle / length;
    const counted = weight * (1 - 0.15 * Math.abs(share - 0.5));
    if (counted <= most) continue;
    most = counted;
    best = share;
  }
  return best;
}

function otsu(values: Float32Array): number {
  const bins = 64;
  const counts = new Float64Array(bins);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(value * bins));
    counts[bin] = (counts[bin] as number) + 1;
  }
  let [total, below, sumBelow, best, level] = [0, 0, 0, -1, 0.5];
  counts.forEach((count, bin) => {
    total += count * bin;
  });
  for (let bin = 0; bin < bins - 1; bin++) {
    below += counts[bin] as number;
    sumBelow += (counts[bin] as number) * bin;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (total - sumBelow) / above) ** 2;
    if (between <= best) continue;
    best = between;
    level = (bin + 1) / bins;
  }
  return level;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
