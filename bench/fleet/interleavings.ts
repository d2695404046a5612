// Plays seeded histories of ledger, leaders and runners and holds each against what the ledger promises.
// node bench/fleet/interleavings.ts [count] [first seed] [threads]
import { interleaveMany } from '../../test/interleavings/interleave-many.ts';

const [count = 1_000_000, firstSeed = 1, threads = 2] = process.argv.slice(2).map(Number);
const pieces = 20;
const startedMs = performance.now();
let [played, events, cancelled, wrong] = [0, 0, 0, 0];
for (let piece = 0; piece < pieces; piece++) {
  const from = Math.floor((piece * count) / pieces);
  const until = Math.floor(((piece + 1) * count) / pieces);
  const found = await interleaveMany({ firstSeed: firstSeed + from, count: until - from, threads });
  [played, events, cancelled, wrong] = [played + found.count, events + found.events, cancelled + found.cancelled, wrong + found.wrong];
  for (const fault of found.faults) process.stderr.write(`${fault}\n`);
  process.stderr.write(`${played} of ${count} interleavings, ${wrong} wrong, ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
}
const wallMs = Math.round(performance.now() - startedMs);
process.stdout.write(`${JSON.stringify({ interleavings: played, firstSeed, events, cancelled, wrong, wallMs })}\n`);
process.exit(wrong > 0 ? 1 : 0);
