import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uploadFault } from './upload-fault.ts';

export type NormalisedLut = {
  readonly type: 'lut';
  readonly size: number;
  readonly outPath: string;
  readonly mediaType: string;
  readonly warnings: readonly string[];
};

export type NormaliseLutOptions = { readonly path: string; readonly name: string; readonly outDir: string };

type Cube = { readonly size: number; readonly from: Triple; readonly until: Triple; readonly rows: readonly Triple[] };
type Triple = readonly [number, number, number];

const largestBytes = 32 << 20;
const next = 'export it again as a 3D .cube of 2 to 65 points a side';

/** Reads a .cube colour grade word by word (Adobe's Cube LUT specification 1.0, three-dimensional tables only) and writes it anew, so that nothing else reaches a program. */
export async function normaliseLut({ path, name, outDir }: NormaliseLutOptions): Promise<NormalisedLut> {
  const { size: bytes } = await stat(path);
  if (bytes > largestBytes) throw uploadFault(name, { wrong: `it has ${bytes} bytes`, wanted: `at most ${largestBytes}`, next });
  const cube = parseCube(await readFile(path, 'latin1'), name);
  const write = (triple: Triple): string => triple.map((value) => value.toFixed(6)).join(' ');
  const outPath = join(outDir, 'look.cube');
  await writeFile(
    outPath,
    `LUT_3D_SIZE ${cube.size}\nDOMAIN_MIN ${write(cube.from)}\nDOMAIN_MAX ${write(cube.until)}\n${cube.rows.map(write).join('\n')}\n`,
  );
  return { type: 'lut', size: cube.size, outPath, mediaType: 'text/plain', warnings: [] };
}

function parseCube(text: string, name: string): Cube {
  let size: number | null = null;
  let from: Triple = [0, 0, 0];
  let until: Triple = [1, 1, 1];
  const rows: Triple[] = [];
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    const words = line.trim().split(/\s+/);
    const [keyword = ''] = words;
    if (keyword === '' || keyword.startsWith('#') || keyword === 'TITLE') continue;
    const wrong = (what: string, wanted: string) =>
      uploadFault(name, { wrong: `line ${at + 1} ${what} (${JSON.stringify(line.slice(0, 60))})`, wanted, next });
    const numbers = words.slice(/^[A-Z]/.test(keyword) ? 1 : 0).map(Number);
    if (numbers.some((value) => !Number.isFinite(value) || Math.abs(value) > 1e6))
      throw wrong('holds something that is no number', 'numbers');
    const triple = (): Triple => {
      const [red, green, blue, ...more] = numbers;
      if (red === undefined || green === undefined || blue === undefined || more.length > 0)
        throw wrong(`holds ${numbers.length} numbers`, 'three');
      return [red, green, blue];
    };
    if (keyword === 'LUT_3D_SIZE') {
      const [points = 0] = numbers;
      if (size !== null || numbers.length !== 1 || !Number.isInteger(points) || points < 2 || points > 65)
        throw wrong('gives no size that can be used', 'one LUT_3D_SIZE of 2 to 65');
      size = points;
    } else if (keyword === 'DOMAIN_MIN') from = triple();
    else if (keyword === 'DOMAIN_MAX') until = triple();
    else if (keyword === 'LUT_3D_INPUT_RANGE') {
      const [low, high] = numbers;
      if (low === undefined || high === undefined || numbers.length !== 2) throw wrong(`holds ${numbers.length} numbers`, 'two');
      from = [low, low, low];
      until = [high, high, high];
    } else if (/^[-+.\d]/.test(keyword)) {
      if (size === null) throw wrong('holds colours before the size is known', 'LUT_3D_SIZE first');
      if (rows.length === size ** 3) throw wrong(`is more than the ${rows.length} colours of the size`, `${size ** 3} colours`);
      rows.push(triple());
    } else
      throw wrong(
        keyword === 'LUT_1D_SIZE' ? 'makes it a one-dimensional table' : 'has a word that is not of a .cube file',
        'a 3D .cube file',
      );
  }
  if (size === null) throw uploadFault(name, { wrong: 'it has no LUT_3D_SIZE, so it is no .cube file', wanted: 'a 3D .cube file', next });
  if (rows.length !== size ** 3)
    throw uploadFault(name, { wrong: `it has ${rows.length} colours`, wanted: `${size ** 3} for its size ${size}`, next });
  if (from.some((low, axis) => low >= (until[axis] as number)))
    throw uploadFault(name, { wrong: 'its domain is empty', wanted: 'DOMAIN_MIN below DOMAIN_MAX', next });
  return { size, from, until, rows };
}
