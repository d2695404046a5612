import type { BuildSpend } from '@filmwright/contracts';

/** What a film cost, in one line: `0.13 credits for 6.7 s of work (0.26 expected before, 0.02 given back)`. */
export function costText({ estimate, settled, refunded }: BuildSpend): string {
  const work = [
    ...(settled.gpuS > 0 ? [`${seconds(settled.gpuS)} of GPUs`] : []),
    ...(settled.slotS > 0 || settled.gpuS === 0 ? [`${seconds(settled.slotS)} of work`] : []),
  ].join(' and ');
  const notes = [
    ...(estimate === null ? [] : [`${credits(estimate.credits)} expected before`]),
    ...(refunded.credits > 0 ? [`${credits(refunded.credits)} given back`] : []),
  ];
  return `${credits(settled.credits)} credits for ${work}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

function credits(value: number): string {
  if (value === 0) return '0';
  return value >= 1 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`;
}
