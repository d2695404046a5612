import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Loaded before a process of a drill: at SIGUSR2 its clock jumps by an hour, and back at the next. Clocks that only count on are left alone. What its clock says then
 * is written to a file named for the process, in the folder that FILMWRIGHT_DRILL_CLOCKS names. At SIGURG, which no terminal sends, an executor says so in that
 * file, and begins to spin.
 */
const hourMs = 3_600_000;
let aheadMs = 0;
process.on('SIGUSR2', () => {
  aheadMs = aheadMs === 0 ? hourMs : 0;
  say(String(Date.now()));
});

function say(text: string): void {
  const folder = process.env.FILMWRIGHT_DRILL_CLOCKS;
  if (folder) writeFileSync(join(folder, String(process.pid)), text);
}

if (basename(process.argv[1] ?? '') === 'executor-main.ts') {
  const runner = process.ppid;
  process.on('SIGURG', () => {
    say('spins');
    // What spins hears of no end: where the kernel does not end it with its runner, it would be left on the machine.
    while (process.ppid === runner);
    process.exit();
  });
}

const Real = Date;
globalThis.Date = new Proxy(Real, {
  construct: (_, args: readonly unknown[], newTarget) =>
    Reflect.construct(Real, args.length === 0 ? [Real.now() + aheadMs] : args, newTarget),
  apply: () => new Real(Real.now() + aheadMs).toString(),
  get: (target, name) => (name === 'now' ? () => Real.now() + aheadMs : Reflect.get(target, name)),
});
