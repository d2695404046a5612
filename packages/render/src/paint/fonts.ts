import { execFile } from 'node:child_process';
import { open, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { graphemes } from '@filmwright/core/text/graphemes';
import type { Script } from '@filmwright/core/text/scripts';
import { loadFace, openFont } from './face.ts';
import { showsGrapheme } from './font-set.ts';
import { type KnownFont, knownFonts } from './known-fonts.ts';

/** A font of one writing system as files on this machine, to be stored as assets before it is used. */
export type ScriptFont = {
  readonly script: Script;
  readonly regular: string;
  readonly bold: string;
  readonly family: string;
  readonly licence: string;
};

const run = promisify(execFile);
const packageFile = createRequire(import.meta.url).resolve;

/** Fonts that come with the program: Inter for Latin, Cyrillic and Greek, Noto Sans Arabic for Arabic. */
export const bundledFonts = (): readonly ScriptFont[] => {
  const inter = {
    regular: packageFile('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
    bold: packageFile('@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf'),
    family: 'Inter',
    licence: 'OFL-1.1',
  };
  const arabic = {
    regular: packageFile('@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf'),
    bold: packageFile('@expo-google-fonts/noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf'),
    family: 'Noto Sans Arabic',
    licence: 'OFL-1.1',
  };
  return [
    { script: 'Latn', ...inter },
    { script: 'Cyrl', ...inter },
    { script: 'Grek', ...inter },
    { script: 'Arab', ...arabic },
  ];
};

const folders = (): readonly string[] => [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  join(homedir(), '.fonts'),
  join(homedir(), '.local/share/fonts'),
  '/Library/Fonts',
  join(homedir(), 'Library/Fonts'),
  'C:\\Windows\\Fonts',
  join(homedir(), 'AppData\\Local\\Microsoft\\Windows\\Fonts'),
];

/** Font files of the machine, by fontconfig where it is installed, else by looking into the usual folders; none is not a failure. */
const machineFiles = async (): Promise<readonly string[]> => {
  try {
    const { stdout } = await run('fc-list', ['--format', '%{file}\n'], { maxBuffer: 16 << 20, timeout: 20_000 });
    const files = stdout.split('\n').filter((line) => line !== '');
    if (files.length > 0) return files;
  } catch {
    // Without fontconfig the folders are read.
  }
  const lists = await Promise.all(
    folders().map(async (folder) => {
      try {
        return (await readdir(folder, { recursive: true })).map((file) => join(folder, file));
      } catch {
        return [];
      }
    }),
  );
  return lists.flat();
};

const signatures = new Set(['00010000', '4f54544f', '74746366', '74727565']);

/** Whether a file begins like a TTF, OTF or TTC; the rest is read when the font is used. */
const usable = async (path: string): Promise<boolean> => {
  try {
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return signatures.has(buffer.toString('hex'));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
};

const pick = async (files: ReadonlyMap<string, string>, font: KnownFont): Promise<ScriptFont | null> => {
  const find = async (pattern: RegExp): Promise<string | undefined> => {
    for (const [name, path] of files) if (pattern.test(name) && (await usable(path))) return path;
    return undefined;
  };
  const regular = await find(font.regular);
  if (regular === undefined) return null;
  const bold = font.bold === null ? undefined : await find(font.bold);
  return { script: font.script, regular, bold: bold ?? regular, family: font.family, licence: font.licence };
};

/** The best font for each writing system: the bundled ones, then well-known free fonts found on this machine. Scripts without one are left out. */
export const findFonts = async (): Promise<readonly ScriptFont[]> => {
  const found = [...bundledFonts()];
  const files = new Map((await machineFiles()).toSorted().map((path) => [basename(path), path]));
  for (const font of knownFonts) {
    if (found.some((one) => one.script === font.script)) continue;
    const picked = await pick(files, font);
    if (picked) found.push(picked);
  }
  return found;
};

/** Family, weight (100 to 900) and licence as a font file states them; throws `media-invalid` where the file cannot be drawn with. */
export const fontInfo = (path: string): { readonly family: string; readonly weight: number; readonly licence: string } => {
  const font = openFont(path);
  loadFace(path);
  const stated = (font.getName('license') ?? font.getName('licenseURL') ?? '').replace(/\s+/g, ' ').trim();
  const licence = /SIL Open Font|openfontlicense|scripts\.sil\.org\/OFL/i.test(stated)
    ? 'OFL-1.1'
    : /Apache/i.test(stated)
      ? 'Apache-2.0'
      : stated === ''
        ? 'not stated in the file'
        : stated.slice(0, 300);
  return {
    family: (font.familyName ?? basename(path)).slice(0, 200),
    weight: Math.min(900, Math.max(100, font['OS/2']?.usWeightClass ?? 400)),
    licence,
  };
};

/** Graphemes of a text for which a font has no glyphs, each once; white space and invisible characters are never missing. */
export const coverage = (path: string, text: string): readonly string[] => {
  const face = loadFace(path);
  return [...new Set(graphemes(text).filter((grapheme) => grapheme.trim() !== '' && !showsGrapheme(face, grapheme)))];
};
