/** A part of a document before anybody has checked it. */
export type Tree = Readonly<Record<string, unknown>>;

/** A value as a tree; empty for whatever is none. */
export function treeOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};
}
