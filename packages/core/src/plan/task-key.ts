import { type Payload, type TaskKind, taskKinds } from '@filmwright/contracts';
import canonicalize from 'canonicalize';

/** Digest of a text as `sha256-<hex>`; passed in, since core does no I/O and has no hash of its own. */
export type DigestOf = (text: string) => string;

export type Keyed<K extends TaskKind> = { readonly kind: K; readonly payload: Payload<K>; readonly toolchain: string };

/** The identity of a task: digest of the RFC 8785 JSON of its kind, version, payload and toolchain. */
export function taskKey<K extends TaskKind>({ kind, payload, toolchain }: Keyed<K>, digestOf: DigestOf): string {
  return digestOf(canonicalText({ kind, version: taskKinds[kind].version, payload, toolchain }));
}

/** A value as RFC 8785 JSON: the same text for the same value everywhere, so that digests of it can be compared. */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('found a value that cannot be written as JSON');
  return text;
}

/** Every asset digest that a payload names, each once, in order of appearance. */
export function inputsOf(payload: unknown): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.length === 71 && value.startsWith('sha256-')) found.add(value);
    } else if (Array.isArray(value)) {
      for (const entry of value) visit(entry);
    } else if (typeof value === 'object' && value !== null) {
      for (const entry of Object.values(value)) visit(entry);
    }
  };
  visit(payload);
  return [...found];
}
