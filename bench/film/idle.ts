import { setTimeout as sleep } from 'node:timers/promises';
import { benchHome, end, pssMb, removeHome, serve } from './platform.ts';

/** Time to readiness from a warm start, and memory of the idle platform. */
export async function idleBench(): Promise<void> {
  const home = benchHome();
  try {
    const first = await serve(home);
    await end(first.child);
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const { child, readyMs } = await serve(home);
      times.push(readyMs);
      if (round === 2) {
        await sleep(30_000);
        process.stdout.write(`idle: ${pssMb(home).toFixed(0)} MB PSS after half a minute (wanted at most 300)\n`);
      }
      await end(child);
    }
    process.stdout.write(
      `idle: ready after ${times.map((each) => `${(each / 1000).toFixed(2)} s`).join(', ')} from a warm start (wanted 3 s); ${(first.readyMs / 1000).toFixed(2)} s the first time\n`,
    );
  } finally {
    await removeHome(home);
  }
}
