import type { FontStack } from '@filmwright/contracts';
import { graphemes } from '@filmwright/core/text/graphemes';
import { type Face, loadFace } from './face.ts';

/** Finds the file of a font asset. */
export type FontPath = (digest: string) => string;

/** A face as one weight uses it; `thicken` where bold is to be asked of it: a file of all weights, or a regular one where no bold one was given. */
export type SetFace = { readonly face: Face; readonly thicken: boolean };
/** The faces of one weight in order of preference. */
export type FontSet = { readonly faces: readonly SetFace[]; readonly lead: Face };

/** The faces that a weight of a stack is set in: bold text falls back to regular files, regular text to bold ones. */
export const fontSet = (stack: FontStack, options: { readonly bold: boolean; readonly fontPath: FontPath }): FontSet => {
  const first = options.bold ? stack.bold : stack.regular;
  const then = (options.bold ? stack.regular : stack.bold).filter((digest) => !first.includes(digest));
  const faces = [...first, ...then].map((digest): SetFace => {
    const face = loadFace(options.fontPath(digest));
    return { face, thicken: options.bold && !face.color && (face.anyWeight || !first.includes(digest)) };
  });
  const lead = faces.find((entry) => !entry.face.color)?.face ?? faces[0]?.face;
  if (!lead) throw new TypeError('A font stack without fonts cannot be painted with; give at least one regular font.');
  return { faces, lead };
};

// Joiners, variation selectors, direction marks and other characters that shape their neighbours and have no picture of their own.
const invisible = /^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]$/u;
// Pictures by nature, and characters that are asked to be pictures where they can (a heart with U+FE0F).
const picture = /^(?:\p{Emoji_Presentation}|\p{Regional_Indicator})/u;
const pictureIfPossible = /^\p{Emoji}\uFE0F/u;

/** Text as it is painted: letters and their marks composed (NFC), since fonts have the composed ones, and no control characters but line ends. */
export const plainText = (text: string): string => text.normalize('NFC').replace(/[^\P{Cc}\t\n\r]/gu, '');

/** Whether a face can show a grapheme whole. */
export const showsGrapheme = (face: Face, grapheme: string): boolean => {
  for (const character of grapheme) {
    if (invisible.test(character) || /^\s$/.test(character)) continue;
    if (!face.covers(character.codePointAt(0) ?? 0)) return false;
  }
  return true;
};

/** Marks that Latin writing shares with Chinese and Japanese, where they are as wide as a character. */
const wideMark = /^[“”‘’…—·‥]$/;

/** The face a grapheme is set in, or null when no face has it; an emoji is never taken from a font without colours, where it would be searched for elsewhere. */
export const faceFor = (set: FontSet, grapheme: string, language = 'en'): SetFace | null => {
  if (wideMark.test(grapheme) && /^(?:zh|yue|ja)/.test(language)) {
    const wide = set.faces.find((entry) => entry.face.covers(0x3001) && showsGrapheme(entry.face, grapheme));
    if (wide) return wide;
  }
  const mustBePicture = picture.test(grapheme) && !grapheme.includes('\uFE0E');
  const wantsColor = mustBePicture || pictureIfPossible.test(grapheme);
  const able = set.faces.filter((entry) => showsGrapheme(entry.face, grapheme));
  return able.find((entry) => entry.face.color === wantsColor) ?? (mustBePicture ? null : (able[0] ?? null));
};

/** Graphemes of a text that no face of the set has, each once. */
export const missingGraphemes = (set: FontSet, text: string): readonly string[] => [
  ...new Set(graphemes(text).filter((grapheme) => grapheme.trim() !== '' && faceFor(set, grapheme) === null)),
];
