import type { ReviewLabels, Verdict } from '@filmwright/contracts';
import { verdicts } from '@filmwright/contracts';

/** Shares of labels, 0..1, that a model gave a picture. */
export type Scores = Readonly<Record<string, number>>;
/** A verdict with the label that made it; null for a clear one. */
export type Judged = { readonly verdict: Verdict; readonly label: string | null };

/** The gravest verdict of the thresholds that a picture's shares reach; of labels that are as grave, the one with the largest share. */
export function verdictOf(scores: Scores, labels: ReviewLabels): Judged {
  let found: Judged & { readonly share: number } = { verdict: 'clear', label: null, share: 0 };
  for (const { label, doubtful = Number.POSITIVE_INFINITY, held = Number.POSITIVE_INFINITY } of labels) {
    const share = scores[label] ?? 0;
    const verdict: Verdict = share >= held ? 'held' : share >= doubtful ? 'doubtful' : 'clear';
    if (verdict === 'clear') continue;
    const graver = verdicts.indexOf(verdict) - verdicts.indexOf(found.verdict);
    if (graver > 0 || (graver === 0 && share > found.share)) found = { verdict, label, share };
  }
  return { verdict: found.verdict, label: found.label };
}
