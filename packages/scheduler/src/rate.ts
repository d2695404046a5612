/** Arrivals per millisecond, halved every ten minutes. */
export type Rate = { perMs: number; atMs: number };

const halfLifeMs = 10 * 60_000;

export function noteArrival(rates: Map<string, Rate>, { id, instantMs }: { readonly id: string; readonly instantMs: number }): void {
  const perMs = rateAt(rates, { id, instantMs }) + Math.LN2 / halfLifeMs;
  rates.set(id, { perMs, atMs: instantMs });
}

/** Arrivals per millisecond as of an instant; 0 for what never came. */
export function rateAt(rates: ReadonlyMap<string, Rate>, { id, instantMs }: { readonly id: string; readonly instantMs: number }): number {
  const rate = rates.get(id);
  if (rate === undefined) return 0;
  return rate.perMs * 0.5 ** (Math.max(0, instantMs - rate.atMs) / halfLifeMs);
}
