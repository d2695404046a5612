import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { benchHome, end, filmwright, removeHome, serve } from './platform.ts';

const examples = join(import.meta.dirname, '../../examples');
const document = join(examples, 'aurora.yaml');
const run = promisify(execFile);

/** Which picture of the product film the rows change: that of the closing shot, where the price stands, or that of the product, which three of five shots show. */
export type RowsPicture = 'glow' | 'picture';

/**
 * So many films that differ in one picture and one price, made as rows of one command, against as many made alone, each on a home of its own so that nothing is
 * shared. Every platform runs before its command starts, so that only the making is compared.
 */
export async function rowsBench(count: number, picture: RowsPicture): Promise<void> {
  const folder = benchHome();
  try {
    const rows: (readonly [name: string, picture: string, price: string])[] = [];
    for (let at = 0; at < count; at++) rows.push([`lamp-${at + 1}`, await colouredLamp({ folder, at, count, picture }), `$${99 + at}.00`]);
    const together = await timeOf(folder, { name: 'together', picture, rows });
    let alone = 0;
    for (const row of rows) alone += (await timeOf(folder, { name: row[0], picture, rows: [row] })).wallMs;
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    process.stdout.write(
      `rows: ${count} films that differ in ${picture} and price: together ${seconds(together.wallMs)} (${together.tasks.run} tasks run, ${together.tasks.reused} reused), alone ${seconds(alone)}: ratio ${(together.wallMs / alone).toFixed(2)} (wanted at most 0.5)\n`,
    );
  } finally {
    await removeHome(folder);
  }
}

type Lamp = { readonly folder: string; readonly at: number; readonly count: number; readonly picture: RowsPicture };

/** The example's picture in another colour, with its transparency. */
async function colouredLamp({ folder, at, count, picture }: Lamp): Promise<string> {
  const source = join(examples, 'art', picture === 'glow' ? 'aurora-lit.png' : 'aurora-front.png');
  const path = join(folder, `lamp-${at + 1}.png`);
  const hue = `format=yuva444p,hue=h=${Math.round((360 * at) / count)},format=rgba`;
  await run('ffmpeg', ['-v', 'error', '-y', '-i', source, '-vf', hue, '-frames:v', '1', path]);
  return path;
}

type Rows = { readonly name: string; readonly picture: RowsPicture; readonly rows: readonly (readonly string[])[] };

async function timeOf(folder: string, { name, picture, rows }: Rows) {
  const home = benchHome();
  const { child } = await serve(home);
  try {
    const table = join(folder, `${name}.csv`);
    await writeFile(table, [['name', picture, 'price'], ...rows].map((row) => `${row.join(',')}\n`).join(''));
    return await filmwright(home, ['make', document, '--rows', table, '--out', join(home, 'out')]);
  } finally {
    await end(child);
    await removeHome(home);
  }
}
