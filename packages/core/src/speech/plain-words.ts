/** A word without a rule: lower case, apostrophes kept, split at hyphens, dashes and slashes; empty for emoji and dashes. */
export function plainWords(core: string): readonly string[] {
  return core
    .replaceAll(/[’ʼ]/g, "'")
    .split(/[-‐‑‒–—/_|·•…]+|\.{2,}/)
    .map((part) => part.replaceAll(/[^\p{L}\p{M}\p{N}']/gu, '').replace(/^'+|'+$/g, ''))
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}
