import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Build } from '@filmwright/contracts';
import { eventually, openStudio, saveStatus, show, skip, writeWords } from './open-studio.ts';

const studio = openStudio();
const goneMs = Number(process.env['NETWORK_GONE_MS'] ?? 2500);
const newest = async (film: string): Promise<Build | undefined> =>
  (await studio.call<{ builds: readonly Build[] }>(`/v1/films/${film}/builds`)).builds[0];
const isRunning = (build: Build | undefined): boolean => build?.state === 'planning' || build?.state === 'running';
/** Takes some seconds to make. */
const slowFilm = (): Promise<string> =>
  studio.createFilm({
    format: { resolution: '720p', fps: 25 },
    captions: false,
    storyboard: ['halo', 'sweep', 'arc', 'waves', 'grid'].map((backdrop, index) => ({
      id: `part-${index + 1}`,
      length: '3s',
      visual: { backdrop: backdrop as 'halo' },
      text: { text: `Part ${index + 1}` },
    })),
  });

test('while the network is gone edits are kept here and the page says so; then they are saved', { skip, timeout: 200_000 }, async () => {
  const film = await studio.createFilm({ storyboard: [{ id: 'one', narration: 'As it was.', visual: { backdrop: 'halo' } }] });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  await page.locator('[data-index="0"]').waitFor();
  await person.context.setOffline(true);
  await writeWords(page, { shot: 0, words: 'Written without a network.' });
  await eventually('the page says that it is offline', async () => (await saveStatus(page)) === 'offline');
  await show(page, 'offline');
  await page.waitForTimeout(goneMs);
  await writeWords(page, { shot: 0, words: 'Written without a network, twice.' });
  assert.equal(await saveStatus(page), 'offline');
  assert.equal((await studio.film(film)).version, 1);
  await person.context.setOffline(false);
  await eventually('the page says that it is saved', async () => (await saveStatus(page)) === 'saved');
  assert.equal((await studio.film(film)).document.storyboard[0]?.narration, 'Written without a network, twice.');
  assert.deepEqual(person.faults, []);
});

test('edits of a tab that was closed without a network are there when it is opened again, and are saved', {
  skip,
  timeout: 200_000,
}, async () => {
  const film = await studio.createFilm({ storyboard: [{ id: 'one', narration: 'As it was.', visual: { backdrop: 'halo' } }] });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  await page.locator('[data-index="0"]').waitFor();
  await person.context.setOffline(true);
  await writeWords(page, { shot: 0, words: 'Written, then closed.' });
  await eventually('the page says that it is offline', async () => (await saveStatus(page)) === 'offline');
  await page.close();
  assert.equal((await studio.film(film)).version, 1);
  await person.context.setOffline(false);
  await person.open(`#/films/${film}`);
  await eventually('they are saved', async () => (await studio.film(film)).document.storyboard[0]?.narration === 'Written, then closed.');
  assert.deepEqual(person.faults, []);
});

test('a save whose answer is lost on its way is no conflict with oneself', { skip, timeout: 200_000 }, async () => {
  const film = await studio.createFilm({ storyboard: [{ id: 'one', narration: 'As it was.', visual: { backdrop: 'halo' } }] });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  await page.locator('[data-index="0"]').waitFor();
  let lost = false;
  await page.route('**/v1/films/*', async (route) => {
    if (lost || route.request().method() !== 'PUT') return route.continue();
    lost = true;
    await route.fetch();
    await writeWords(page, { shot: 0, words: 'Written, and written on.' });
    return route.abort('connectionreset');
  });
  await writeWords(page, { shot: 0, words: 'Written.' });
  await eventually(
    'all of it is saved',
    async () => (await studio.film(film)).document.storyboard[0]?.narration === 'Written, and written on.',
  );
  await eventually('the page says that it is saved', async () => (await saveStatus(page)) === 'saved');
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.deepEqual(person.faults, []);
});

test('a build goes on without its tab and without a network; its progress and its film are there again', {
  skip,
  timeout: 600_000,
}, async () => {
  const film = await slowFilm();
  const person = await studio.browser();
  const first = await person.open(`#/films/${film}`);
  await first.getByRole('button', { name: 'Make film' }).click();
  await eventually('the build runs', async () => isRunning(await newest(film)));
  await first.close();
  const build = await newest(film);

  const second = await person.open(`#/films/${film}`);
  await second.getByRole('progressbar', { name: 'Film being made' }).waitFor();
  await show(second, 'build-reopened');
  assert.equal((await newest(film))?.id, build?.id, 'nothing is made twice');
  await person.context.setOffline(true);
  await second.waitForTimeout(goneMs);
  const cancel = second.getByRole('button', { name: 'Cancel' });
  assert.equal(await cancel.count(), 1, 'a build that is not heard of for a while is still one');
  await person.context.setOffline(false);
  await eventually({ what: 'the build ends', withinMs: 400_000 }, async () => !isRunning(await newest(film)));
  const ended = await newest(film);
  assert.equal(ended?.state, 'succeeded', JSON.stringify(ended?.problem));
  await eventually('the page knows that', async () => (await cancel.count()) === 0);
  await second.goto(`${studio.url()}/#/films/${film}/film`);
  await second.locator('video').waitFor();
  await eventually(
    'the film can be played',
    async () => Number(await second.locator('video').evaluate((each: unknown) => (each as { duration: number }).duration)) > 14,
  );
  await show(second, 'build-done');
  assert.deepEqual(person.faults, []);
});
