import type { Issue } from '@filmwright/contracts';

/** A document path as people write it: `storyboard[3].visual.picture`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? String(part) : `.${String(part)}`;
  return text;
}

/** A value as it is shown in a message, cut to 80 characters. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : written(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Values can be read that are nested too deeply to be written.
    return Array.isArray(value) ? 'a deeply nested list' : 'deeply nested keys';
  }
}

/** The candidate nearest to `word` by edit distance, if it is near enough to be a slip of the keyboard. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}

/** An error at a document path. */
export function problemAt(path: string, issue: Omit<Issue, 'severity' | 'path'>): Issue {
  return { severity: 'error', path, ...issue };
}

/** A warning at a document path: the film is made all the same. */
export function warningAt(path: string, issue: Omit<Issue, 'severity' | 'path'>): Issue {
  return { severity: 'warning', path, ...issue };
}
