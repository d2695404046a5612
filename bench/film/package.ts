import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import type { Report } from '@filmwright/contracts';
import { bareEncode, dropFrames } from './bare-encode.ts';
import { composedFrames } from './composed-frames.ts';
import { benchHome, end, filmwright, removeHome, serve } from './platform.ts';
import { aurora, cold, median } from './product.ts';

const rungs = ['1080p', '720p', '360p'];

/** The sample film with its package against bare encodes of its three renditions, and when its first segment can be fetched. A first build brings uploads and cut-outs. */
export async function packageBench(rounds: number): Promise<void> {
  const home = benchHome();
  const { child } = await serve(home);
  try {
    const ratios: number[] = [];
    const firsts: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const document = join(home, `round-${round}.yaml`);
      await writeFile(document, `${cold(await aurora(), round)}\noverrides:\n  outputs: { package: true }\n`);
      const startedMs = performance.now();
      const making = filmwright(home, ['make', document, '--out', join(home, `out-${round}`)]);
      const [firstS, made] = await Promise.all([firstSegment(home, startedMs), making]);
      if (round === 0) continue;
      const { fps } = (JSON.parse(await readFile(made.report, 'utf8')) as Report).master;
      let bareS = 0;
      for (const rung of rungs) {
        const frames = await composedFrames(home, { build: made.build, rung });
        bareS += (await bareEncode(frames, { preset: 'medium', crf: 20, gopFrames: fps * 4, threads: 2 })).best;
        await dropFrames(frames);
      }
      const wallS = made.wallMs / 1000;
      ratios.push(wallS / bareS);
      firsts.push(firstS);
      process.stdout.write(
        `package ${round}: first segment after ${firstS.toFixed(1)} s; build ${wallS.toFixed(1)} s, bare ${bareS.toFixed(1)} s: ratio ${(wallS / bareS).toFixed(2)}\n`,
      );
    }
    process.stdout.write(
      `package: median ratio ${median(ratios).toFixed(2)} (wanted at most 1.3); first segment after ${median(firsts).toFixed(1)} s (wanted 8 s)\n`,
    );
  } finally {
    await end(child);
    await removeHome(home);
  }
}

/** Seconds until a segment with picture of the newest build was fetched whole. */
async function firstSegment(home: string, startedMs: number): Promise<number> {
  const { url, token } = JSON.parse(await readFile(join(home, 'platform.json'), 'utf8')) as { url: string; token: string };
  const client = createClient({ url, token });
  const before = (await client.listBuilds({ limit: 1 })).builds[0]?.id;
  for (;;) {
    await sleep(50);
    const build = (await client.listBuilds({ limit: 1 })).builds[0];
    if (build === undefined || build.id === before) continue;
    const found = await fetch(`${url}/v1/builds/${build.id}/package`, { headers: { authorization: `Bearer ${token}` } });
    if (found.status !== 200) continue;
    const { root } = (await found.json()) as { root: string };
    const segment = await fetch(`${url}${root}video/360p/1.m4s`);
    if (segment.ok && (await segment.arrayBuffer()).byteLength > 0) return (performance.now() - startedMs) / 1000;
  }
}
