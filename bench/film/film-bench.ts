import { editsBench } from './edits.ts';
import { idleBench } from './idle.ts';
import { packageBench } from './package.ts';
import { productBench } from './product.ts';
import { rowsBench } from './rows.ts';
import { shapesBench } from './shapes.ts';
import { uhdBench } from './uhd.ts';

const wanted = process.argv.slice(2).filter((word) => !/^\d+$/.test(word));
const count = process.argv
  .slice(2)
  .map(Number)
  .find((value) => value > 0);
const runs = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

if (runs('idle')) await idleBench();
if (runs('product')) await productBench(count ?? 3);
if (runs('package')) await packageBench(count ?? 3);
if (runs('edits')) await editsBench(count);
if (runs('uhd')) await uhdBench(count);
if (runs('rows')) await rowsBench(count ?? 20, 'glow');
if (wanted.includes('shapes')) await shapesBench();
if (wanted.includes('rows-product')) await rowsBench(count ?? 20, 'picture');
