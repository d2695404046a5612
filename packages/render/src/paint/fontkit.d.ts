declare module 'fontkit' {
  export type Font = {
    readonly familyName: string | null;
    readonly subfamilyName: string | null;
    readonly unitsPerEm: number;
    readonly ascent: number;
    readonly descent: number;
    readonly capHeight: number;
    readonly xHeight: number;
    readonly numGlyphs: number;
    readonly 'OS/2': { readonly usWeightClass: number; readonly sxHeight?: number; readonly capHeight?: number } | undefined;
    readonly variationAxes?: Readonly<Record<string, unknown>>;
    readonly directory: { readonly tables: Readonly<Record<string, unknown>> };
    hasGlyphForCodePoint(codePoint: number): boolean;
    getName(key: string, language?: string): string | null;
  };
  export type Collection = { readonly fonts: readonly Font[] };
  export function openSync(path: string): Font | Collection;
}
