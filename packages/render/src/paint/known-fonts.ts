import type { Script } from '@filmwright/core';

/** A free font known by its file names. */
export type KnownFont = {
  readonly script: Script;
  readonly family: string;
  readonly licence: string;
  readonly regular: RegExp;
  readonly bold: RegExp | null;
};

const noto = (script: Script, name: string): KnownFont => ({
  script,
  family: `Noto Sans ${name}`,
  licence: 'OFL-1.1',
  regular: new RegExp(`^NotoSans${name}(?:-Regular|\\[.*wght\\]|-VF|-VariableFont.*)\\.(?:ttf|otf)$`),
  bold: new RegExp(`^NotoSans${name}(?:-Bold|\\[.*wght\\]|-VF|-VariableFont.*)\\.(?:ttf|otf)$`),
});
// A collection holds all regions' forms of a character; the language of the text picks among them.
const cjk = (script: Script, region: string): readonly KnownFont[] => [
  { script, family: 'Noto Sans CJK', licence: 'OFL-1.1', regular: /^NotoSansCJK-Regular\.ttc$/, bold: /^NotoSansCJK-Bold\.ttc$/ },
  {
    script,
    family: `Noto Sans CJK ${region}`,
    licence: 'OFL-1.1',
    regular: new RegExp(`^NotoSansCJK${region.toLowerCase()}-Regular\\.otf$`),
    bold: new RegExp(`^NotoSansCJK${region.toLowerCase()}-Bold\\.otf$`),
  },
  {
    script,
    family: `Noto Sans ${region}`,
    licence: 'OFL-1.1',
    regular: new RegExp(`^NotoSans${region}(?:-Regular|\\[wght\\])\\.(?:ttf|otf)$`),
    bold: new RegExp(`^NotoSans${region}(?:-Bold|\\[wght\\])\\.(?:ttf|otf)$`),
  },
  {
    script,
    family: `Source Han Sans ${region}`,
    licence: 'OFL-1.1',
    regular: new RegExp(`^SourceHanSans(?:${region})?-Regular\\.(?:otf|ttc)$`),
    bold: new RegExp(`^SourceHanSans(?:${region})?-Bold\\.(?:otf|ttc)$`),
  },
];
const dejavu = (script: Script): KnownFont => ({
  script,
  family: 'DejaVu Sans',
  licence: 'Bitstream-Vera',
  regular: /^DejaVuSans\.ttf$/,
  bold: /^DejaVuSans-Bold\.ttf$/,
});

/** Free fonts that are looked for, the better ones of a script first. */
export const knownFonts: readonly KnownFont[] = [
  noto('Arab', 'Arabic'),
  dejavu('Arab'),
  noto('Hebr', 'Hebrew'),
  dejavu('Hebr'),
  noto('Deva', 'Devanagari'),
  { script: 'Deva', family: 'Lohit Devanagari', licence: 'OFL-1.1', regular: /^Lohit-Devanagari\.ttf$/, bold: null },
  noto('Thai', 'Thai'),
  ...cjk('Hans', 'SC'),
  ...cjk('Jpan', 'JP'),
  ...cjk('Kore', 'KR'),
  {
    script: 'Zsye',
    family: 'Noto Color Emoji',
    licence: 'OFL-1.1',
    regular: /^NotoColorEmoji(?:-Regular)?\.ttf$|^Noto-COLRv1\.ttf$/,
    bold: null,
  },
];

/** Debian packages that bring a font for a script, for messages to people; none where no font is looked for. */
export const fontPackages: Readonly<Partial<Record<Script, string>>> = {
  Arab: 'fonts-noto-core',
  Hebr: 'fonts-noto-core',
  Deva: 'fonts-noto-core',
  Thai: 'fonts-noto-core',
  Hans: 'fonts-noto-cjk',
  Jpan: 'fonts-noto-cjk',
  Kore: 'fonts-noto-cjk',
  Zsye: 'fonts-noto-color-emoji',
};
