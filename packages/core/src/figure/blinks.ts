import { seeded } from './seeded.ts';

const closingSeconds = 0.06;
const heldSeconds = 0.025;
const openingSeconds = 0.085;

/** How far the eyes are shut, 0..1, at a time in seconds: a blink of about 150 ms every 2 to 6 s, at times given by the seed. */
export function blinkAt(seed: number, seconds: number): number {
  // One blink in every window of 4 s, up to 1 s around its middle: two blinks are 2 to 6 s apart.
  const window = Math.floor(seconds / 4);
  let shut = 0;
  for (let index = window - 1; index <= window + 1; index++) {
    const start = (index + 0.5) * 4 + (seeded(seed, index + 4096) * 2 - 1);
    shut = Math.max(shut, shutAfter(seconds - start));
  }
  return shut;
}

function shutAfter(seconds: number): number {
  if (seconds <= 0) return 0;
  if (seconds < closingSeconds) return smooth(seconds / closingSeconds);
  if (seconds < closingSeconds + heldSeconds) return 1;
  const opened = (seconds - closingSeconds - heldSeconds) / openingSeconds;
  return opened >= 1 ? 0 : 1 - smooth(opened);
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
