import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { processesOf } from '../journeys/platform-home.ts';
import { eventually, openStudio, skip } from '../studio/open-studio.ts';

const mebibyte = 1024 ** 2;
const bytes = 2100 * mebibyte;
const studio = openStudio();
const file = join(studio.home, 'holiday.mkv');

/** A clip by its head, and then nothing that a program could make smaller or guess. */
async function writeBigFile(): Promise<string> {
  const hash = createHash('sha256');
  const out = createWriteStream(file);
  const block = Buffer.alloc(mebibyte);
  let state = 1;
  for (let written = 0; written < bytes; written += mebibyte) {
    for (let at = 0; at < mebibyte; at += 4096) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      block.writeInt32LE(state, at);
    }
    if (written === 0) block.writeUInt32BE(0x1a45dfa3, 0);
    hash.update(block);
    if (!out.write(Buffer.from(block))) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  await new Promise<void>((resolve) => out.end(() => resolve()));
  return `sha256-${hash.digest('hex')}`;
}

const residentBytes = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
let digest = '';
before(async () => {
  if (skip === false) digest = await writeBigFile();
});

test('a file of 2.2 GB goes through the browser whole, while gateway and page stay small', { skip, timeout: 580_000 }, async (context) => {
  const film = await studio.createFilm({ storyboard: [{ id: 'one', visual: { clip: 'wanted.mkv' } }] });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const input = page.locator('.side input[type=file]').first();
  await input.waitFor({ state: 'attached' });
  const gateway = processesOf(studio.home).find(({ role }) => role === 'gateway')?.pid ?? 0;
  const session = await person.context.newCDPSession(page);
  await session.send('Performance.enable');
  const heap = async (): Promise<number> =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
  const first = { gateway: residentBytes(gateway), page: await heap() };
  const most = { ...first };
  const startedMs = performance.now();
  await input.setInputFiles(file);
  await eventually({ what: 'the film is saved with it', withinMs: 500_000 }, async () => {
    most.gateway = Math.max(most.gateway, residentBytes(gateway));
    most.page = Math.max(most.page, await heap());
    return 'holiday.mkv' in (await studio.film(film)).files;
  });
  const tookMs = performance.now() - startedMs;
  const inMiB = (value: number): number => Math.round(value / mebibyte);
  context.diagnostic(
    `${Math.round(tookMs / 1000)} s, ${Math.round(bytes / tookMs / 1000)} MB/s; gateway ${inMiB(first.gateway)} to at most ${inMiB(most.gateway)} MiB, ` +
      `script of the page ${inMiB(first.page)} to at most ${inMiB(most.page)} MiB`,
  );
  assert.equal((await studio.film(film)).files['holiday.mkv'], digest);
  const stored = createHash('sha256');
  for await (const part of createReadStream(join(studio.home, 'media', digest.slice(7, 9), digest.slice(9, 11), digest)))
    stored.update(part as Buffer);
  assert.equal(`sha256-${stored.digest('hex')}`, digest);
  assert.ok(most.gateway - first.gateway < 512 * mebibyte, 'the gateway does not hold the file');
  assert.ok(most.page - first.page < 128 * mebibyte, 'the page does not hold the file');
  assert.deepEqual(person.faults, []);
});
