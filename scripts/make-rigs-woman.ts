import type { PathShape, RigPart } from '@filmwright/contracts';
import type { BodyPlan } from './make-rigs-body.ts';
import { circle, type Dot, dots, fill, line, linear, radial, ribbon, smooth } from './make-rigs-draw.ts';
import { noseShapes } from './make-rigs-face.ts';
import type { MouthPlan } from './make-rigs-mouth.ts';
import { bodyParts, faceParts, part } from './make-rigs-parts.ts';

export const womanBody: BodyPlan = {
  hip: [0, 860],
  neck: [-8, 312],
  shoulders: { near: [-138, 408], far: [122, 402] },
  upperArm: 258,
  forearm: 226,
  hips: { near: [-58, 868], far: [52, 862] },
  knee: 1236,
  ankle: 1632,
  ground: 1700,
  sleeve: [42, 38, 28],
  leg: [76, 54, 44],
  hand: { scale: 0.98, slim: 0.9 },
  heel: 26,
};

export const womanMouth: MouthPlan = { x: 27, y: 217, near: 27, far: 20, upper: 7.5, lower: 9.5 };

const resting: Dot[] = dots(
  '0,36 52,46 84,84 91,122 85.5,148 89,172 84,200 69,228 47,251 25,260 4,256 -32,236 -62,206 -76,168 -82,120 -70,70 -38,44',
);

/** The face; `jaw` is by how much the chin is down. */
function headShapes(jaw: number): PathShape[] {
  const lowered = (dots: readonly Dot[]): Dot[] => dots.map(([x, y]) => [x, y + jaw * Math.min(1, Math.max(0, (y - 188) / 60))]);
  const face = lowered(resting);
  return [
    fill(smooth(face), linear([-80, 100], [96, 190], 'skin-light 0, skin 0.35, skin 0.8, skin-soft 1'), { id: 'face' }),
    // The side away from the light.
    fill(
      smooth(dots('62,60 74,120 66,150 76,178 70,206 48,240 24,268 110,268 120,60')),
      linear([58, 150], [96, 160], 'skin-shade 0 0, skin-shade 1 0.85'),
      { inside: 'face', facing: 'right' },
    ),
    fill(
      smooth(dots('-96,60 -50,80 -46,150 -52,190 -24,232 10,268 -110,268')),
      linear([-40, 150], [-84, 160], 'skin-shade 0 0, skin-shade 1 0.85'),
      { inside: 'face', facing: 'left' },
    ),
    // Shade of the hair on the forehead, cheeks, jaw.
    fill(
      smooth(dots('-90,30 95,30 95,92 60,78 26,66 -8,92 -46,118 -62,190 -90,190')),
      linear([0, 60], [0, 120], 'skin-shade 0 0.55, skin-shade 1 0.08'),
      { inside: 'face' },
    ),
    fill(circle(-36, 190, 34), radial([-36, 190], 34, 'blush 0 0.5, blush 1 0'), { inside: 'face' }),
    fill(circle(70, 188, 26), radial([70, 188], 26, 'blush 0 0.46, blush 1 0'), { inside: 'face' }),
    fill(circle(-44, 168, 22), radial([-44, 168], 22, 'skin-light 0 0.75, skin-light 1 0'), { inside: 'face', facing: 'right' }),
    fill(circle(25, 249, 18), radial([25, 246], 18, 'skin-light 0 0.5, skin-light 1 0'), { inside: 'face' }),
    fill(smooth(lowered(dots('-70,218 -34,243 4,258 26,262 50,254 60,262 20,280 -60,260'))), 'skin-shade', {
      inside: 'face',
      opacity: 0.4,
    }),
  ];
}

const hairFill = linear([-90, 10], [60, 300], 'hair-light 0, hair 0.28, hair 0.75, hair-deep 1');

function backHair(): PathShape[] {
  return [
    fill(
      smooth(dots('0,10 62,22 104,72 114,140 112,220 118,284 98,334 40,346 -40,352 -96,346 -128,312 -122,240 -120,150 -104,70 -62,22')),
      linear([0, 100], [0, 350], 'hair 0, hair-deep 0.5, hair-deep 1'),
      { id: 'back' },
    ),
    fill(smooth(dots('84,110 98,180 92,260 70,345 130,350 130,110')), 'hair', { inside: 'back', opacity: 0.7 }),
    line(dots('100,130 104,210 104,280 90,328'), ['hair-light', 3], { inside: 'back', opacity: 0.35 }),
    line(dots('-110,200 -112,280 -96,336'), ['hair-light', 3], { inside: 'back', opacity: 0.3 }),
  ];
}

function frontHair(): PathShape[] {
  const near: Dot[] = dots(
    '40,27! 20,13 -20,7 -66,22 -101,66 -117,130 -122,200 -128,262 -122,312 -92,341 -64,330! -72,290 -66,250 -68,206 -66,168 -54,126 -28,96 6,66 30,45',
  );
  const far: Dot[] = dots(
    '34,30! 58,17 86,38 106,84 112,140 111,206 116,270 112,318 88,338! 94,290 92,240 94,168 91,124 80,90 60,62 46,46',
  );
  return [
    fill(smooth(far), hairFill, { id: 'far' }),
    line(dots('44,36 74,58 96,104 101,160 100,230'), ['hair-deep', 3], { inside: 'far', opacity: 0.55 }),
    fill(ribbon(dots('50,30 82,54 102,104 106,150'), [0.4, 4, 4, 0.4]), 'hair-light', { inside: 'far', opacity: 0.55 }),
    fill(smooth(near), hairFill, { id: 'near' }),
    // Locks: darker valleys, then lights along the crown.
    fill(ribbon(dots('34,34 -6,50 -52,92 -78,150 -86,220 -82,300'), [0.4, 3, 6, 8, 7, 0.4]), 'hair-deep', {
      inside: 'near',
      opacity: 0.55,
    }),
    fill(ribbon(dots('30,28 -28,38 -78,84 -100,150 -106,230 -100,326'), [0.4, 2, 4, 5, 5, 0.4]), 'hair-deep', {
      inside: 'near',
      opacity: 0.45,
    }),
    fill(ribbon(dots('30,40 -2,62 -34,92 -60,132 -70,180 -74,250'), [0.4, 1.5, 2.5, 3, 3, 0.4]), 'hair-deep', {
      inside: 'near',
      opacity: 0.5,
    }),
    fill(ribbon(dots('18,20 -34,26 -80,62 -106,124'), [0.4, 3, 6, 0.4]), 'hair-light', { inside: 'near', opacity: 0.5 }),
    fill(ribbon(dots('24,30 -20,42 -62,82 -86,138 -94,200'), [0.4, 2.5, 5, 4, 0.4]), 'hair-light', { inside: 'near', opacity: 0.6 }),
    fill(ribbon(dots('4,44 -30,66 -58,106 -72,152'), [0.4, 2.4, 3, 0.4]), 'hair-shine', { inside: 'near', opacity: 0.55 }),
    fill(ribbon(dots('-40,34 -76,64 -98,110'), [0.4, 3.4, 0.4]), 'hair-shine', { inside: 'near', opacity: 0.5 }),
    fill(ribbon(dots('-116,220 -117,270 -108,318'), [0.4, 4, 0.4]), 'hair-light', { inside: 'near', opacity: 0.5 }),
    fill(ribbon(dots('-92,240 -92,280 -84,326'), [0.4, 3.4, 0.4]), 'hair-light', { inside: 'near', opacity: 0.35 }),
  ];
}

function torsoShapes(): PathShape[] {
  const body: Dot[] = dots(
    '-58,330 -96,348 -148,366 -172,400 -164,480 -128,560 -112,640 -118,720 -134,800 -140,866! -60,876 40,872! 112,864! 118,800 100,720 92,640 106,560 138,480 150,400 132,364 82,346 48,328',
  );
  return [
    fill(smooth(body), linear([-150, 400], [150, 700], 'jacket 0, jacket 1'), { id: 'jacket' }),
    fill(
      smooth(dots('60,330 160,340 170,900 92,900 84,760 56,660 70,540 96,440')),
      linear([56, 560], [130, 580], 'jacket-shade 0 0, jacket-shade 1 0.85'),
      { inside: 'jacket', facing: 'right' },
    ),
    fill(
      smooth(dots('-60,330 -190,340 -190,900 -96,900 -90,760 -70,660 -90,540 -110,440')),
      linear([-70, 560], [-150, 580], 'jacket-shade 0 0, jacket-shade 1 0.85'),
      { inside: 'jacket', facing: 'left' },
    ),
    // Bust and waist.
    fill(
      smooth(dots('-130,470 -80,520 -20,536 20,560 -10,600 -70,580 -120,560')),
      linear([-70, 515], [-62, 592], 'jacket-shade 0 0, jacket-shade 0.4 0.4, jacket-shade 1 0'),
      { inside: 'jacket' },
    ),
    fill(
      smooth(dots('48,520 92,500 130,470 120,560 60,580')),
      linear([90, 500], [86, 575], 'jacket-shade 0 0, jacket-shade 0.4 0.4, jacket-shade 1 0'),
      { inside: 'jacket' },
    ),
    line(dots('-104,560 -84,650 -88,740'), ['jacket-line', 2.2], { inside: 'jacket', opacity: 0.55 }),
    line(dots('74,560 66,650 76,740'), ['jacket-line', 2.2], { inside: 'jacket', opacity: 0.55 }),
  ];
}

function frontShapes(): PathShape[] {
  return [
    // Blouse with its opening.
    fill(
      smooth(dots('-62,326! -40,420 -2,520 34,612! 52,520 60,420 52,326! 46,340! 38,390 18,430! -20,388 -48,338!')),
      linear([-30, 340], [60, 560], 'shirt 0, shirt 0.6, shirt-shade 1'),
      { id: 'blouse' },
    ),
    fill(ribbon(dots('-14,440 10,500 30,590'), [0.4, 7, 0.4]), 'shirt-shade', { inside: 'blouse', opacity: 0.7 }),
    fill(ribbon(dots('46,430 40,500 34,570'), [0.4, 6, 0.4]), 'shirt-shade', { inside: 'blouse', opacity: 0.6 }),
    fill(ribbon(dots('8,440 20,500 32,560'), [0.4, 4, 0.4]), 'shirt-light', { inside: 'blouse', opacity: 0.8 }),
    line(dots('-40,342 -20,388 18,430! 38,390 48,340'), ['shirt-shade', 2.4], { opacity: 0.9 }),
    // Necklace.
    line(dots('-42,334 -22,380 12,402 36,376 46,336'), ['metal', 2.2]),
    fill(circle(13, 405, 4.6), 'metal'),
    // Lapels.
    fill(
      smooth(dots('50,318! 62,338 79,404! 68,420! 77,440! 70,530 34,616! 50,520 56,420')),
      linear([48, 400], [90, 430], 'jacket 0, jacket-far 1'),
      { id: 'lapel-far' },
    ),
    fill(
      smooth(dots('-60,314! -78,340 -92,408! -79,428! -91,450! -52,540 34,618! 0,530 -34,430')),
      linear([-100, 400], [0, 470], 'jacket-light 0, jacket 0.5, jacket 1'),
      { id: 'lapel-near' },
    ),
    fill(ribbon(dots('-58,318 -34,420 -2,520 32,612'), [0.4, 2.6, 2.6, 0.4]), 'jacket-light', { opacity: 0.85 }),
    fill(ribbon(dots('52,322 58,420 50,520 36,606'), [0.4, 2, 2, 0.4]), 'jacket-light', { opacity: 0.5 }),
    line(dots('-92,408! -79,428! -62,424!'), ['jacket-line', 2.2], { opacity: 0.8 }),
    line(dots('-79,428! -91,450! -52,541 34,619'), ['jacket-line', 2.4], { opacity: 0.7 }),
    line(dots('79,404! 68,420! 62,418!'), ['jacket-line', 2], { opacity: 0.8 }),
    line(dots('68,420! 77,440! 71,531 35,617'), ['jacket-line', 2], { opacity: 0.7 }),
    // Front edge, button, folds, pocket.
    line(dots('34,616 36,700 32,790 18,874'), ['jacket-line', 2.4], { opacity: 0.8 }),
    fill(ribbon(dots('31,640 32,720 27,800 14,868'), [0.4, 1.8, 1.8, 0.4]), 'jacket-light', { opacity: 0.7 }),
    fill(ribbon(dots('24,640 -20,646 -70,636'), [0.4, 3.4, 0.4]), 'jacket-line', { opacity: 0.4 }),
    fill(ribbon(dots('22,652 -24,676 -62,690'), [0.4, 3, 0.4]), 'jacket-line', { opacity: 0.32 }),
    fill(ribbon(dots('44,642 66,646 86,640'), [0.4, 3, 0.4]), 'jacket-line', { opacity: 0.4 }),
    fill(circle(25, 641, 7.4), 'jacket-line'),
    fill(circle(24.4, 640, 6), 'button'),
    line(dots('-116,762 -80,770 -46,770'), ['jacket-line', 3], { opacity: 0.75 }),
    line(dots('-116,766 -80,774 -46,774'), ['jacket-light', 1.6], { opacity: 0.6 }),
    line(dots('70,764 90,764 106,758'), ['jacket-line', 3], { opacity: 0.7 }),
  ];
}

function neckShapes(): PathShape[] {
  return [
    fill(
      smooth(dots('-56,190! -52,250 -53,300 -58,332 -20,372 40,366 52,328 42,296 40,250 44,190!')),
      linear([-50, 260], [44, 290], 'skin 0, skin-soft 0.5, skin-shade 1'),
      { id: 'neck' },
    ),
    fill(
      smooth(dots('-52,306 -56,330 -46,400 18,470 54,400 50,330 41,306')),
      linear([-40, 300], [40, 420], 'skin-soft 0, skin 0.3, skin 0.7, skin-soft 1'),
      { id: 'chest' },
    ),
    line(dots('-40,352 -16,364 4,366'), ['skin-shade', 3], { inside: 'chest', opacity: 0.45 }),
    line(dots('46,354 34,364 24,367'), ['skin-shade', 3], { inside: 'chest', opacity: 0.45 }),
    line(dots('10,370 16,396 18,426'), ['skin-shade', 2.4], { inside: 'chest', opacity: 0.3 }),
    fill(
      smooth(dots('-60,190 56,190 56,300 34,318 6,324 -30,306 -60,262')),
      linear([0, 266], [4, 326], 'skin-deep 0 0.95, skin-deep 0.6 0.7, skin-deep 1 0.2'),
      { inside: 'neck' },
    ),
    line(dots('-30,310 -18,336 2,360'), ['skin-shade', 3], { inside: 'neck', opacity: 0.26 }),
    line(dots('36,318 28,340 18,360'), ['skin-deep', 2.4], { inside: 'neck', opacity: 0.3 }),
  ];
}

/** The parts of the woman other than her limbs. */
export function womanParts(): RigPart[] {
  return [
    ...bodyParts(womanBody, {
      outline: dots('-118,800 -130,862 -108,930 -60,990 -4,1010 50,985 118,930 118,850 104,800'),
      light: [
        [-120, 860],
        [120, 880],
      ],
    }),
    part('torso', { parent: 'body', pivot: [0, 800], order: 40, drawings: { rest: torsoShapes() } }),
    part('front', { parent: 'torso', pivot: [0, 800], order: 44, drawings: { rest: frontShapes() } }),
    part('neck', { parent: 'torso', pivot: [-6, 330], order: 42, drawings: { rest: neckShapes() } }),
    part('head', { parent: 'torso', pivot: [-12, 268], order: 70, drawings: { rest: headShapes(0), 'jaw-open': headShapes(11) } }),
    part('hair-back', { parent: 'head', pivot: [0, 120], order: 30, parallax: -5, drawings: { rest: backHair() } }),
    ...faceParts({
      nose: { pivot: [36, 180], parallax: 7.5, shapes: noseShapes({ x: 0, y: 0, scale: 1 }) },
      eyes: {
        near: { x: -21, y: 150, near: 22, far: 21, height: 23, iris: 12, lashes: 1, outer: -1 },
        far: { x: 58, y: 150, near: 17, far: 18, height: 22, iris: 11, lashes: 0.9, outer: 1 },
        farPivot: [59, 150],
      },
      brows: {
        near: { inner: [3, 121.5], arch: [-30, 114], outer: [-52, 123], half: 3.1 },
        far: { inner: [45, 121.5], arch: [67, 115], outer: [81, 123], half: 2.8 },
        nearPivot: [-20, 122],
        farPivot: [58, 122],
      },
      mouth: womanMouth,
    }),
    part('hair-front', { parent: 'head', pivot: [0, 60], order: 80, parallax: 2, drawings: { rest: frontHair() } }),
  ];
}
