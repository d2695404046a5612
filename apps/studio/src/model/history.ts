/** What an edit leaves behind: the document and its files as they are after it; equal parts are shared between steps. */
export type Step<Content> = {
  readonly content: Content;
  /** What was done, for people: "words of shot 3". */
  readonly label: string;
  /** Steps with the same `merge` that follow within a second and a half are one: typing a word is undone at once. */
  readonly merge: string | null;
  readonly atMs: number;
  readonly before: Step<Content> | null;
};
type Undone<Content> = { readonly step: Step<Content>; readonly next: Undone<Content> | null };

/** All steps from the first to now, and those that were undone. Both are chains, so that no length costs anything. */
export type History<Content> = { readonly now: Step<Content>; readonly undone: Undone<Content> | null };

export type Edit<Content> = { readonly content: Content; readonly label: string; readonly merge?: string; readonly atMs: number };

const mergeWithinMs = 1500;

/** A history that begins with this content. */
export function startHistory<Content>(content: Content): History<Content> {
  return { now: { content, label: '', merge: null, atMs: 0, before: null }, undone: null };
}

/** The history with one more step; what was undone before is gone. An edit that changes nothing is none. */
export function addStep<Content>(history: History<Content>, { content, label, merge = '', atMs }: Edit<Content>): History<Content> {
  const { now } = history;
  if (content === now.content) return history;
  const joins = merge !== '' && now.merge === merge && now.before !== null && atMs - now.atMs <= mergeWithinMs && history.undone === null;
  return { now: { content, label, merge: merge === '' ? null : merge, atMs, before: joins ? now.before : now }, undone: null };
}

/** One step back; the same history at its beginning. */
export function undo<Content>(history: History<Content>): History<Content> {
  const { now, undone } = history;
  return now.before === null ? history : { now: now.before, undone: { step: now, next: undone } };
}

/** One step forward again; the same history where nothing was undone. */
export function redo<Content>({ now, undone }: History<Content>): History<Content> {
  return undone === null ? { now, undone } : { now: undone.step, undone: undone.next };
}

/** What undo and redo would take back or do again; null where there is nothing. */
export function stepNames<Content>({ now, undone }: History<Content>): { readonly undo: string | null; readonly redo: string | null } {
  return { undo: now.before === null ? null : now.label, redo: undone?.step.label ?? null };
}
