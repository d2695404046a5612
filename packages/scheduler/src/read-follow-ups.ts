import type { LearnedFollowUps, Like } from './follow-ups.ts';

const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isOrder = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

type Checks<T> = Readonly<Record<keyof T, (value: unknown) => boolean>>;

const like: Checks<Like> = {
  ...{ capability: isText, model: isTextOrNull, size: isText, estimateMs: isAmount },
  ...{ gpus: (value) => Number.isInteger(value) && isAmount(value), vramMib: isAmount },
  ...{ region: isTextOrNull, pool: isTextOrNull, order: isOrder },
};
const came: Checks<LearnedFollowUps['came'][number]> = { count: isAmount, afterMs: isAmount, like: (value) => isOf(value, like) };
const followUps: Checks<LearnedFollowUps> = {
  ...{ kind: isText, done: (value) => isAmount(value) && value !== 0 },
  came: (value) => Array.isArray(value) && value.every((one) => isOf(one, came)),
};

/** What a scheduler of any version left of a kind of task; null where that is damaged or of another shape. */
export function readFollowUps(left: unknown): LearnedFollowUps | null {
  return isOf(left, followUps) ? left : null;
}

function isOf<T>(value: unknown, checks: Checks<T>): value is T {
  if (typeof value !== 'object' || value === null) return false;
  const of = value as Readonly<Record<string, unknown>>;
  return Object.entries<(value: unknown) => boolean>(checks).every(([name, check]) => check(of[name]));
}
