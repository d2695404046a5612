import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually, openStudio, saveStatus, show, skip } from './open-studio.ts';

const maxBytes = 25_000_000;
const studio = openStudio({ FILMWRIGHT_MAX_UPLOAD_BYTES: String(maxBytes) });
const picture = join(studio.home, 'wide.bmp');
const tooBig = join(studio.home, 'holiday.mp4');
before(() => {
  if (skip !== false) return;
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=2580x2580', '-frames:v', '1', '-pix_fmt', 'bgr24', picture]);
  writeFileSync(tooBig, '');
  truncateSync(tooBig, maxBytes + 5_000_000);
});
const newFilm = (): Promise<string> => studio.createFilm({ storyboard: [{ id: 'one', visual: { picture: 'wanted.png' } }, { id: 'two' }] });
const choose = (page: Page, file: string): Promise<void> => page.locator('.side input[type=file]').first().setInputFiles(file);

/** The line from a tab to the gateway: so many bytes a second upwards, or cut. */
async function lineOf(page: Page): Promise<(line: number | 'cut') => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  return async (line) => {
    const [offline, uploadThroughput] = line === 'cut' ? [true, 0] : [false, line];
    await session.send('Network.emulateNetworkConditions', { offline, latency: 20, downloadThroughput: -1, uploadThroughput });
  };
}

type Part = { readonly method: string; readonly offset: number };
/** Where the requests of an upload begin, as they are sent; for HEAD, where the gateway says to go on. */
function partsOf(page: Page): Part[] {
  const parts: Part[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') parts.push({ method: 'PATCH', offset: Number(request.headers()['upload-offset']) });
  });
  page.on('response', (response) => {
    if (response.request().method() === 'HEAD' && response.url().includes('/v1/uploads/'))
      parts.push({ method: 'HEAD', offset: Number(response.headers()['upload-offset']) });
  });
  return parts;
}

test('an upload whose tab was closed goes on where it was, and its picture comes to its shot', { skip, timeout: 240_000 }, async () => {
  const film = await newFilm();
  const person = await studio.browser();
  const first = await person.open(`#/films/${film}`);
  await first.locator('.side input[type=file]').first().waitFor({ state: 'attached' });
  await (await lineOf(first))(3_000_000);
  await choose(first, picture);
  const percent = async (page: Page): Promise<number> =>
    Number(await page.getByRole('progressbar', { name: 'Upload of wide.bmp' }).getAttribute('aria-valuenow'));
  await eventually('a third of it is sent', async () => (await percent(first)) > 30);
  await first.close();

  const second = await person.context.newPage();
  const parts = partsOf(second);
  await (await lineOf(second))(4_000_000);
  await second.goto(`${studio.url()}/#/films/${film}`);
  await second.getByRole('progressbar', { name: 'Upload of wide.bmp' }).waitFor();
  await show(second, 'upload-resumed');
  await eventually('its film is saved with it', async () => 'wide.bmp' in (await studio.film(film)).files);
  const { document, files } = await studio.film(film);
  assert.deepEqual(document.storyboard[0]?.visual, { picture: 'wide.bmp' });
  assert.equal(files['wide.bmp'], `sha256-${createHash('sha256').update(readFileSync(picture)).digest('hex')}`);
  assert.equal(parts[0]?.method, 'HEAD');
  assert.ok((parts[0]?.offset ?? 0) > 1_000_000, `it goes on at byte ${parts[0]?.offset}`);
  assert.deepEqual(parts[1], { method: 'PATCH', offset: parts[0]?.offset }, 'nothing is sent twice');
  assert.equal(parts.filter(({ method }) => method === 'PATCH').length, 1);
  const shown = second.locator('[data-index="0"] img');
  await eventually(
    'the card shows it',
    async () => (await shown.evaluate((each: unknown) => (each as { naturalWidth: number }).naturalWidth)) === 2580,
  );
  // Its place is kept in the browser by then.
  await second.waitForTimeout(2000);
  await second.close();
  const third = await person.open(`#/films/${film}`);
  await third.locator('[data-index="0"] img').waitFor();
  assert.equal(await third.locator('.tray').count(), 0, 'it is done once');
  assert.deepEqual(person.faults, []);
});

test('a file beyond the limit is refused on its card before a byte is sent', { skip, timeout: 120_000 }, async () => {
  const film = await newFilm();
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const parts: string[] = [];
  page.on(
    'request',
    (request) => ['POST', 'PATCH'].includes(request.method()) && request.url().includes('/v1/uploads') && parts.push(request.url()),
  );
  await choose(page, tooBig);
  await page.locator('[data-index="0"]').getByRole('alert').waitFor();
  const message = await page.locator('[data-index="0"]').getByRole('alert').textContent();
  assert.equal(message, 'holiday.mp4 has 30 MB; at most 25 MB are taken. Make it smaller, or raise FILMWRIGHT_MAX_UPLOAD_BYTES.');
  await show(page, 'upload-too-big');
  assert.deepEqual(parts, []);
  assert.equal(await saveStatus(page), 'saved');
  assert.deepEqual(Object.keys((await studio.film(film)).files), []);
  assert.deepEqual(person.faults, []);
});

test('an upload goes on after the connection was gone, without a hand on it', { skip, timeout: 200_000 }, async () => {
  const film = await newFilm();
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const parts = partsOf(page);
  await page.locator('.side input[type=file]').first().waitFor({ state: 'attached' });
  const line = await lineOf(page);
  await line(6_000_000);
  await choose(page, picture);
  await eventually('some of it is sent', async () => parts.length > 0);
  await page.waitForTimeout(1500);
  await line('cut');
  await page.getByText('No connection; it goes on by itself.').waitFor();
  await show(page, 'upload-offline');
  await page.waitForTimeout(3000);
  await line(-1);
  await eventually('its film is saved with it', async () => 'wide.bmp' in (await studio.film(film)).files);
  assert.ok(
    parts.some(({ method, offset }) => method === 'HEAD' && offset > 0),
    JSON.stringify(parts),
  );
  assert.deepEqual(person.faults, []);
});
