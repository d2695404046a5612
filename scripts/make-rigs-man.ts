import type { PathShape, RigPart } from '@filmwright/contracts';
import type { BodyPlan } from './make-rigs-body.ts';
import { circle, type Dot, dots, fill, line, linear, radial, ribbon, smooth } from './make-rigs-draw.ts';
import { noseShapes } from './make-rigs-face.ts';
import type { MouthPlan } from './make-rigs-mouth.ts';
import { bodyParts, faceParts, part } from './make-rigs-parts.ts';

export const manBody: BodyPlan = {
  hip: [0, 900],
  neck: [-8, 320],
  shoulders: { near: [-168, 424], far: [150, 418] },
  upperArm: 282,
  forearm: 246,
  hips: { near: [-64, 905], far: [60, 900] },
  knee: 1306,
  ankle: 1728,
  ground: 1790,
  sleeve: [51, 45, 34],
  leg: [84, 62, 52],
  hand: { scale: 1.12, slim: 1.06 },
  heel: 16,
};

export const manMouth: MouthPlan = { x: 29, y: 224, near: 29, far: 21, upper: 5.2, lower: 7.6 };

const resting: Dot[] = dots(
  '0,34 54,44 88,82 95,122 89.5,148 93,174 90,206 80,238 57,264 30,273 2,269 -38,252 -70,219 -82,172 -88,120 -76,68 -40,42',
);

/** The face; `jaw` is by how much the chin is down. */
function headShapes(jaw: number): PathShape[] {
  const lowered = (dots: readonly Dot[]): Dot[] => dots.map(([x, y]) => [x, y + jaw * Math.min(1, Math.max(0, (y - 194) / 60))]);
  const face = lowered(resting);
  return [
    // Ear.
    fill(
      smooth(dots('-76,140 -92,132 -105,142 -107,164 -99,186 -90,199 -78,192')),
      linear([-106, 140], [-78, 190], 'skin 0, skin-soft 1'),
      { id: 'ear' },
    ),
    line(dots('-84,146 -96,144 -100,160 -95,178'), ['skin-line', 2], { inside: 'ear', opacity: 0.5 }),
    fill(smooth(dots('-84,154 -92,154 -93,168 -87,180 -80,176')), 'skin-shade', { inside: 'ear', opacity: 0.9 }),
    fill(smooth(face), linear([-80, 100], [98, 190], 'skin-light 0, skin 0.35, skin 0.8, skin-soft 1'), { id: 'face' }),
    fill(
      smooth(dots('64,60 78,120 68,150 80,180 76,212 54,246 30,276 116,276 124,60')),
      linear([60, 150], [100, 160], 'skin-shade 0 0, skin-shade 1 0.9'),
      { inside: 'face', facing: 'right' },
    ),
    fill(
      smooth(dots('-96,60 -54,80 -50,150 -54,190 -34,236 10,276 -114,276')),
      linear([-40, 150], [-88, 160], 'skin-shade 0 0, skin-shade 1 0.9'),
      { inside: 'face', facing: 'left' },
    ),
    fill(
      smooth(dots('-96,30 100,30 100,88 60,78 20,80 -30,92 -60,120 -72,190 -96,190')),
      linear([0, 60], [0, 116], 'skin-shade 0 0.75, skin-shade 1 0.08'),
      { inside: 'face' },
    ),
    // Beard shadow.
    fill(
      smooth(dots('-84,176 -58,190 -34,204 -8,204 20,203 40,202 64,206 82,196 100,180 96,284 -90,284')),
      linear([0, 200], [0, 270], 'stubble 0 0, stubble 0.5 0.2, stubble 1 0.36'),
      { inside: 'face' },
    ),
    fill(circle(-38, 192, 32), radial([-38, 192], 32, 'blush 0 0.3, blush 1 0'), { inside: 'face' }),
    fill(circle(72, 190, 24), radial([72, 190], 24, 'blush 0 0.28, blush 1 0'), { inside: 'face' }),
    fill(circle(-46, 170, 24), radial([-46, 170], 24, 'skin-light 0 0.75, skin-light 1 0'), { inside: 'face', facing: 'right' }),
    fill(circle(28, 258, 20), radial([28, 256], 20, 'skin-light 0 0.45, skin-light 1 0'), { inside: 'face' }),
    fill(smooth(lowered(dots('-74,228 -40,256 2,269 30,273 58,266 70,270 20,296 -70,270'))), 'skin-shade', {
      inside: 'face',
      opacity: 0.4,
    }),
  ];
}

const hairFill = linear([-80, -10], [80, 150], 'hair-light 0, hair 0.3, hair 0.8, hair-deep 1');

function hairShapes(): PathShape[] {
  const cap: Dot[] = dots(
    '-74,178! -90,152 -99,118 -104,76 -90,32 -52,2 0,-14 52,-14 92,8 106,48 103,92 95,122! 90,100 84,82 70,68 40,66 6,74 -26,76 -50,88 -64,110 -69,140',
  );
  return [
    fill(smooth(cap), hairFill, { id: 'cap' }),
    // Shorter sides.
    fill(
      smooth(dots('-74,180 -96,150 -106,90 -92,60 -70,74 -64,110 -70,150')),
      linear([-100, 80], [-70, 170], 'hair-deep 0 0.5, hair-deep 1 0.75'),
      { inside: 'cap' },
    ),
    fill(smooth(dots('95,124 88,96 84,78 98,56 112,70 106,110')), 'hair-deep', { inside: 'cap', opacity: 0.55 }),
    // Swept locks.
    fill(ribbon(dots('-70,74 -54,44 -10,26 44,30 86,62'), [0.4, 4, 5, 4, 0.4]), 'hair-deep', { inside: 'cap', opacity: 0.55 }),
    fill(ribbon(dots('-58,88 -30,60 16,52 62,62'), [0.4, 4, 4, 0.4]), 'hair-deep', { inside: 'cap', opacity: 0.5 }),
    fill(ribbon(dots('-82,54 -58,20 -4,4 50,6 92,40'), [0.4, 2.5, 4, 3, 0.4]), 'hair-deep', { inside: 'cap', opacity: 0.45 }),
    fill(ribbon(dots('-76,62 -50,30 -4,14 46,16'), [0.4, 4.5, 5, 0.4]), 'hair-light', { inside: 'cap', opacity: 0.6 }),
    fill(ribbon(dots('-62,78 -36,50 8,38 54,44'), [0.4, 3.5, 4, 0.4]), 'hair-light', { inside: 'cap', opacity: 0.6 }),
    fill(ribbon(dots('-62,44 -32,24 2,18'), [0.4, 3, 0.4]), 'hair-shine', { inside: 'cap', opacity: 0.5 }),
    fill(ribbon(dots('-36,62 -8,48 24,46'), [0.4, 2.2, 0.4]), 'hair-shine', { inside: 'cap', opacity: 0.45 }),
    fill(ribbon(dots('-50,8 -8,-6 44,-7'), [0.4, 2.6, 0.4]), 'hair-shine', { inside: 'cap', opacity: 0.4 }),
    line(dots('-70,78 -66,98 -70,150'), ['hair-deep', 2.4], { inside: 'cap', opacity: 0.6 }),
  ];
}

const jacket: Dot[] = dots(
  '-70,340 -120,360 -186,384 -210,424 -200,520 -164,610 -146,700 -148,790 -160,870 -164,946! -80,958 30,956! 134,944! 136,870 126,790 124,700 140,610 176,520 188,420 166,382 102,356 58,338',
);

function torsoShapes(): PathShape[] {
  return [
    fill(smooth(jacket), linear([-180, 420], [180, 720], 'jacket 0, jacket 1'), { id: 'jacket' }),
    fill(
      smooth(dots('80,340 190,350 210,980 108,980 100,820 80,700 88,580 116,460')),
      linear([72, 600], [160, 620], 'jacket-shade 0 0, jacket-shade 1 0.85'),
      { inside: 'jacket', facing: 'right' },
    ),
    fill(
      smooth(dots('-80,340 -230,350 -230,980 -118,980 -110,820 -100,700 -110,580 -140,460')),
      linear([-90, 600], [-180, 620], 'jacket-shade 0 0, jacket-shade 1 0.85'),
      { inside: 'jacket', facing: 'left' },
    ),
    fill(
      smooth(dots('-180,520 -110,560 -40,566 0,600 -60,620 -150,620')),
      linear([-90, 545], [-84, 620], 'jacket-shade 0 0, jacket-shade 0.4 0.35, jacket-shade 1 0'),
      { inside: 'jacket' },
    ),
    line(dots('-124,620 -112,720 -116,800'), ['jacket-line', 2.4], { inside: 'jacket', opacity: 0.5 }),
    line(dots('100,620 94,720 102,800'), ['jacket-line', 2.4], { inside: 'jacket', opacity: 0.5 }),
  ];
}

function frontShapes(): PathShape[] {
  return [
    // Shirt with an open collar.
    fill(
      smooth(dots('-72,332! -52,440 -6,560 38,676! 58,560 72,440 62,332! 52,344! 40,392 22,424! -14,384 -54,342!')),
      linear([-40, 350], [70, 600], 'shirt 0, shirt 0.6, shirt-shade 1'),
      { id: 'shirt' },
    ),
    line(dots('22,424 32,520 37,670'), ['shirt-shade', 3], { inside: 'shirt' }),
    line(dots('30,430 41,520 42,660'), ['shirt-shade', 2], { inside: 'shirt', opacity: 0.7 }),
    fill(circle(30, 470, 4), 'shirt-shade'),
    fill(circle(36, 540, 4), 'shirt-shade'),
    fill(ribbon(dots('-30,440 0,510 30,610'), [0.4, 8, 0.4]), 'shirt-shade', { inside: 'shirt', opacity: 0.6 }),
    fill(ribbon(dots('64,430 58,510 46,590'), [0.4, 7, 0.4]), 'shirt-shade', { inside: 'shirt', opacity: 0.6 }),
    // Collar leaves.
    fill(smooth(dots('58,316! 66,346 66,398! 22,426! 40,380 50,336!')), linear([40, 340], [66, 400], 'shirt 0, shirt-shade 1')),
    line(dots('66,398! 23,426! 40,382'), ['shirt-shade', 2.2], { opacity: 0.9 }),
    fill(
      smooth(dots('-72,318! -78,350 -52,424! 22,426! -18,386 -62,334!')),
      linear([-70, 330], [-10, 430], 'shirt-light 0, shirt 0.5, shirt 1'),
    ),
    line(dots('-52,424! 21,427! -18,387'), ['shirt-shade', 2.4]),
    // Lapels.
    fill(
      smooth(dots('64,326! 78,352 99,426! 86,444! 97,466! 86,580 38,680! 58,570 70,450')),
      linear([60, 420], [112, 460], 'jacket 0, jacket-far 1'),
    ),
    fill(
      smooth(dots('-76,324! -96,354 -113,430! -96,452! -110,474! -68,590 38,682! -4,570 -46,450')),
      linear([-124, 420], [0, 510], 'jacket-light 0, jacket 0.5, jacket 1'),
    ),
    fill(ribbon(dots('-74,330 -46,450 -4,570 36,676'), [0.4, 2.8, 2.8, 0.4]), 'jacket-light', { opacity: 0.85 }),
    fill(ribbon(dots('66,332 72,450 60,570 40,670'), [0.4, 2.2, 2.2, 0.4]), 'jacket-light', { opacity: 0.5 }),
    line(dots('-113,430! -96,452! -78,446!'), ['jacket-line', 2.4], { opacity: 0.8 }),
    line(dots('-96,452! -110,474! -68,591 38,683'), ['jacket-line', 2.6], { opacity: 0.7 }),
    line(dots('99,426! 86,444! 76,441!'), ['jacket-line', 2.2], { opacity: 0.8 }),
    line(dots('86,444! 97,466! 87,581 39,681'), ['jacket-line', 2.2], { opacity: 0.7 }),
    // Pocket square.
    fill(smooth(dots('92,520! 100,502! 112,512! 122,500! 128,518!')), 'accent'),
    line(dots('88,522 110,523 130,519'), ['jacket-line', 3.4], { opacity: 0.8 }),
    // Front edge, buttons, folds, pockets.
    line(dots('38,680 41,770 36,870 18,954'), ['jacket-line', 2.6], { opacity: 0.8 }),
    fill(ribbon(dots('35,700 37,780 31,870 14,948'), [0.4, 2, 2, 0.4]), 'jacket-light', { opacity: 0.7 }),
    fill(ribbon(dots('26,706 -26,716 -92,704'), [0.4, 3.6, 0.4]), 'jacket-line', { opacity: 0.4 }),
    fill(ribbon(dots('24,720 -30,748 -80,764'), [0.4, 3.2, 0.4]), 'jacket-line', { opacity: 0.3 }),
    fill(ribbon(dots('50,706 80,712 112,704'), [0.4, 3.2, 0.4]), 'jacket-line', { opacity: 0.4 }),
    fill(circle(27, 706, 8), 'jacket-line'),
    fill(circle(26.4, 705, 6.5), 'button'),
    fill(circle(26, 786, 8), 'jacket-line'),
    fill(circle(25.4, 785, 6.5), 'button'),
    line(dots('-138,838 -96,848 -54,848'), ['jacket-line', 3.2], { opacity: 0.75 }),
    line(dots('-138,842.5 -96,852.5 -54,852.5'), ['jacket-light', 1.7], { opacity: 0.6 }),
    line(dots('80,842 104,842 124,836'), ['jacket-line', 3.2], { opacity: 0.7 }),
  ];
}

function neckShapes(): PathShape[] {
  return [
    fill(
      smooth(dots('-68,190! -66,260 -70,310 -80,344 -50,400 22,460 66,400 70,338 56,306 52,260 54,190!')),
      linear([-60, 270], [56, 300], 'skin 0, skin-soft 0.5, skin-shade 1'),
      { id: 'neck' },
    ),
    fill(
      smooth(dots('-76,190 70,190 70,314 44,330 10,338 -36,320 -76,270')),
      linear([0, 276], [4, 342], 'skin-deep 0 0.95, skin-deep 0.6 0.7, skin-deep 1 0.15'),
      { inside: 'neck' },
    ),
    line(dots('-40,326 -22,360 4,396'), ['skin-shade', 3.4], { inside: 'neck', opacity: 0.5 }),
    line(dots('44,330 36,360 26,396'), ['skin-deep', 2.6], { inside: 'neck', opacity: 0.35 }),
  ];
}

/** The parts of the man other than his limbs. */
export function manParts(): RigPart[] {
  return [
    ...bodyParts(manBody, {
      outline: dots('-140,840 -144,900 -116,980 -70,1040 -2,1060 60,1036 132,980 134,900 126,840'),
      light: [
        [-130, 900],
        [130, 920],
      ],
    }),
    part('torso', { parent: 'body', pivot: [0, 850], order: 40, drawings: { rest: torsoShapes() } }),
    part('neck', { parent: 'torso', pivot: [-6, 340], order: 42, drawings: { rest: neckShapes() } }),
    part('front', { parent: 'torso', pivot: [0, 850], order: 44, drawings: { rest: frontShapes() } }),
    part('head', { parent: 'torso', pivot: [-14, 278], order: 70, drawings: { rest: headShapes(0), 'jaw-open': headShapes(11) } }),
    ...faceParts({
      nose: { pivot: [38, 186], parallax: 8, shapes: noseShapes({ x: -4, y: -24, scale: 1.13 }) },
      eyes: {
        near: { x: -22, y: 151, near: 21, far: 20, height: 20, iris: 10.4, lashes: 0.25, outer: -1 },
        far: { x: 62, y: 151, near: 16, far: 17, height: 19.5, iris: 9.8, lashes: 0.2, outer: 1 },
        farPivot: [62, 151],
      },
      brows: {
        near: { inner: [5, 126], arch: [-32, 117.5], outer: [-56, 127], half: 4.1 },
        far: { inner: [45, 126], arch: [70, 118.5], outer: [86, 127], half: 3.8 },
        nearPivot: [-22, 126],
        farPivot: [62, 126],
      },
      mouth: manMouth,
    }),
    part('hair', { parent: 'head', pivot: [0, 60], order: 80, parallax: 1.5, drawings: { rest: hairShapes() } }),
  ];
}
