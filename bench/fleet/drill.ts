// Breaks platforms on purpose, many rounds long, and tells per fault how often it was tried and what was found.
// node bench/fleet/drill.ts [rounds] [seed] [runners] [platforms] [--only FAULT] [--home DIR]
// node bench/fleet/drill.ts [rounds] [seed] [runners] --url URL [--url URL2] --token T [--pool P] [--only FAULT] [--home DIR]: a platform that runs, by its address.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { ...text, multiple: true }, token: text, pool: text, only: text, home: text },
});
const [rounds = 1000, seed = 1, runners = 3, platforms = 3] = positionals.map(Number);
const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const startedMs = performance.now();
const { url = [], ...given } = values;
const words = { rounds, seed, runners, ...(url.length === 0 && { platforms }), ...given };
const named = Object.entries(words).flatMap(([name, value]) => [`--${name}`, String(value)]);
const args = ['drill', '--json', ...named, ...url.flatMap((one) => ['--url', one])];
const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => child.kill(name));

const line = /^\d+\. ([^:]+): .+ (Nothing was lost|WRONG|MISSED)[^(]*\(([\d.]+) s\)$/;
const tried = new Map<string, { rounds: number; wrong: number; missed: number; seconds: number }>();
createInterface({ input: child.stderr }).on('line', (text) => {
  process.stderr.write(`${text}\n`);
  const [, fault = '', how, seconds] = line.exec(text) ?? [];
  if (how === undefined) return;
  const sum = tried.get(fault) ?? { rounds: 0, wrong: 0, missed: 0, seconds: 0 };
  tried.set(fault, {
    rounds: sum.rounds + 1,
    wrong: sum.wrong + Number(how === 'WRONG'),
    missed: sum.missed + Number(text.includes('the fault did not take hold')),
    seconds: sum.seconds + Number(seconds),
  });
});
let out = '';
child.stdout.setEncoding('utf8').on('data', (part: string) => {
  out += part;
});
child.once('close', (status) => {
  const table = [...tried].sort(([a], [b]) => (a < b ? -1 : 1));
  process.stdout.write('| fault | rounds | wrong | without effect | seconds each |\n|---|---|---|---|---|\n');
  for (const [fault, sum] of table)
    process.stdout.write(`| ${fault} | ${sum.rounds} | ${sum.wrong} | ${sum.missed} | ${(sum.seconds / sum.rounds).toFixed(1)} |\n`);
  process.stdout.write(out);
  const minutes = (performance.now() - startedMs) / 60_000;
  const played = table.reduce((sum, [, { rounds }]) => sum + rounds, 0);
  process.stdout.write(`${minutes.toFixed(1)} min${played === 0 ? '' : `, ${((60 * minutes) / played).toFixed(2)} s for each round`}.\n`);
  process.exit(status ?? 1);
});
