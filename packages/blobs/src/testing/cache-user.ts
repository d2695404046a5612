import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHotCache } from '../hot-cache.ts';

/** A process that pins one asset in the cache of the folder that it is given, says how often it had to fetch it, and holds it. */
const bytes = Buffer.alloc(50_000, 'shared');
const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
let fetched = 0;
const cache = await openHotCache({
  root: process.argv[2] ?? '',
  maxBytes: 1e6,
  async *source({ startByte }) {
    fetched++;
    for (let at = startByte; at < bytes.length; at += 10_000) {
      await sleep(20);
      yield { bytes: bytes.subarray(at, at + 10_000), position: at };
    }
  },
});
await cache.pin(digest);
process.send?.({ fetched, digest });
// Listening keeps this process; it ends with the one that started it.
process.on('disconnect', () => process.exit(0));
