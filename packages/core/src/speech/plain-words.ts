/** A word without a rule: lower case, apostrophes kept, split at hyphens, dashes and slashes; empty for emoji and dashes. The mark inside a number ("3.5") stays for the voice to read. */
export function plainWords(core: string): readonly string[] {
  return core
    .replaceAll(/[’ʼ]/g, "'")
    .split(/[-‐‑‒–—/_|·•…]+|\.{2,}/)
    .map((part) =>
      part
        .replaceAll(/(?<!\p{N})[.,٫٬]|[.,٫٬](?!\p{N})|[^\p{L}\p{M}\p{N}'.,٫٬\u200c\u200d]/gu, '')
        .replace(/^['\u200c\u200d]+|['\u200c\u200d]+$/g, ''),
    )
    .filter((part) => /[\p{L}\p{N}]/u.test(part))
    .map((part) => part.toLowerCase());
}
