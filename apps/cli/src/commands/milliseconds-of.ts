import { FilmwrightError } from '@filmwright/contracts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span of time as people write it, `90s`, `10m`, `2h`, in milliseconds; a number alone is seconds. */
export function millisecondsOf(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text.trim());
  const value = Math.round(Number(match?.[1]) * (units[match?.[2] ?? 's'] ?? 0));
  if (match !== null && Number.isSafeInteger(value)) return value;
  throw new FilmwrightError('request-invalid', `${name} is ${JSON.stringify(text)}; wanted a time such as 90s, 10m or 2h.`);
}
