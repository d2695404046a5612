import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Loaded before a process of a drill: at SIGUSR2 its clock jumps by an hour, and back at the next. Clocks that only count on are left alone. What its clock says then
 * is written to a file named for the process, in the folder that FILMWRIGHT_DRILL_CLOCKS names.
 */
const hourMs = 3_600_000;
let aheadMs = 0;
process.on('SIGUSR2', () => {
  aheadMs = aheadMs === 0 ? hourMs : 0;
  const folder = process.env.FILMWRIGHT_DRILL_CLOCKS;
  if (folder) writeFileSync(join(folder, String(process.pid)), String(Date.now()));
});

const Real = Date;
globalThis.Date = new Proxy(Real, {
  construct: (_, args: readonly unknown[], newTarget) =>
    Reflect.construct(Real, args.length === 0 ? [Real.now() + aheadMs] : args, newTarget),
  apply: () => new Real(Real.now() + aheadMs).toString(),
  get: (target, name) => (name === 'now' ? () => Real.now() + aheadMs : Reflect.get(target, name)),
});
