import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import type { Page } from 'playwright-core';
import { eventually, openStudio, saveStatus, show, skip } from './open-studio.ts';

type Playing = { readonly currentTime: number; readonly paused: boolean };

const studio = openStudio();
const texts = (page: Page): Promise<readonly string[]> => page.locator('.card .words').allTextContents();
const focused = (page: Page): Promise<string | null> => page.evaluate(`document.activeElement?.getAttribute('data-index') ?? null`);
const filmOf = (page: Page): string => page.url().split('#/films/')[1]?.split('/')[0] ?? '';
const saved = (page: Page) => eventually('the film is saved', async () => (await saveStatus(page)) === 'saved');

/** Goes on with Tab until something has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let steps = 0; steps < 80; steps++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(
      `document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''`,
    );
    if (name.test(label)) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

test('by keys alone a script becomes a storyboard, is edited, undone, made and played', { skip, timeout: 240_000 }, async () => {
  const person = await studio.browser();
  await person.context.clearCookies();
  const page = await person.open(studio.entry());
  assert.equal(new URL(page.url()).search, '', 'the address bar holds no token');
  await page.getByRole('textbox', { name: 'Script' }).focus();
  await page.keyboard.insertText('# The lamp\n\nIt shines all night.\n\nIt costs little.');
  await page.keyboard.press('Control+Enter');
  await page.locator('.card').nth(1).waitFor();
  assert.deepEqual(await texts(page), ['It shines all night.', 'It costs little.']);
  await show(page, 'storyboard');

  await page.locator('[data-index="0"]').focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(page), '1');
  await page.keyboard.press('Enter');
  await page.keyboard.type(' Really.');
  await page.keyboard.press('Escape');
  assert.deepEqual(await texts(page), ['It shines all night.', 'It costs little. Really.']);
  assert.equal(await focused(page), '1', 'the card has the focus again');
  await page.keyboard.press('Alt+ArrowLeft');
  assert.deepEqual(await texts(page), ['It costs little. Really.', 'It shines all night.']);
  assert.equal(await focused(page), '0', 'the focus goes with the card');
  await page.keyboard.press('Control+Enter');
  assert.equal((await texts(page)).length, 1, 'joined');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  assert.deepEqual(await texts(page), ['It shines all night.', 'It costs little.']);
  await page.keyboard.press('Control+Shift+z');
  assert.deepEqual(await texts(page), ['It shines all night.', 'It costs little. Really.']);
  await page.locator('[data-index="0"]').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Home');
  for (let letter = 0; letter < 'It shines'.length; letter++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+Enter');
  assert.deepEqual(await texts(page), ['It shines', 'all night.', 'It costs little. Really.'], 'split at the cursor');
  await page.keyboard.press('Delete');
  assert.deepEqual(await texts(page), ['It shines', 'It costs little. Really.']);
  await saved(page);

  // A small film is made sooner; somebody else changes it, and the tab follows.
  const film = filmOf(page);
  const { document, version, files } = await studio.film(film);
  const small: FilmDocument = {
    ...document,
    voice: 'flite-slt',
    format: { resolution: '720p', fps: 24 },
    outputs: { ...document.outputs, master: { quality: 'draft' } },
  };
  await studio.call(`/v1/films/${film}`, {
    method: 'PUT',
    headers: { 'if-match': `"${version}"` },
    body: JSON.stringify({ document: small, files }),
  });
  await page.getByText('Changed in another tab').first().waitFor({ state: 'attached' });

  await tabTo(page, /^Make film$/);
  await page.keyboard.press('Enter');
  await page.getByRole('progressbar', { name: 'Film being made' }).waitFor();
  await page.getByRole('link', { name: /^Film, [\d.]+ [kM]B$/ }).waitFor({ timeout: 150_000 });
  await show(page, 'film');
  await page.getByRole('button', { name: 'Play', exact: true }).last().focus();
  await page.keyboard.press('Enter');
  const video = page.locator('video').first();
  await eventually('the film plays', () => video.evaluate((element: Playing) => element.currentTime > 0.3));
  await page.keyboard.press('k');
  const frameOf = () => page.locator('.player .code').first().textContent();
  const before = await eventually('it stands still', async () =>
    (await video.evaluate((element: Playing) => element.paused)) ? frameOf() : null,
  );
  await page.keyboard.press('.');
  await page.keyboard.press('.');
  const frames = (code: string | null): number => Number(code?.split(':').at(-1)) + 24 * Number(code?.split(':').at(-2));
  await eventually('two frames on', async () => frames(await frameOf()) === frames(before) + 2);
  await page.keyboard.press(',');
  await eventually('one frame back', async () => frames(await frameOf()) === frames(before) + 1);
  assert.deepEqual(person.faults, []);
});

test('a version of before is brought back, with what differs told in words', { skip, timeout: 120_000 }, async () => {
  const film = await studio.createFilm({ storyboard: [{ id: 'one', narration: 'First words.' }] });
  const first = await studio.film(film);
  const body = JSON.stringify({ document: { ...first.document, storyboard: [{ id: 'one', narration: 'Other words.' }] } });
  await studio.call(`/v1/films/${film}`, { method: 'PUT', headers: { 'if-match': '"1"' }, body });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  await page.locator('.card').waitFor();
  await page.getByRole('button', { name: 'Versions' }).click();
  await page.getByText(/“First words.” became “Other words.”/).waitFor();
  await show(page, 'versions');
  await page.getByRole('button', { name: 'Bring back version 1' }).click();
  await eventually('its words are there', async () => (await texts(page)).join() === 'First words.');
  await saved(page);
  assert.equal((await studio.film(film)).document.storyboard[0]?.narration, 'First words.');
  assert.deepEqual(person.faults, []);
});

test('problems stand on the card that has them, and nothing is made before they are mended', { skip, timeout: 120_000 }, async () => {
  const film = await studio.createFilm({
    storyboard: [
      { id: 'one', narration: 'Fine.' },
      { id: 'two', narration: 'Wrong.', length: 'long' },
    ],
  });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const card = page.locator('[data-index="1"]');
  await card.waitFor();
  assert.equal(await card.getAttribute('data-tone'), 'bad');
  assert.equal(await page.getByRole('button', { name: 'Make film' }).isDisabled(), true);
  await card.click();
  await page.getByRole('textbox', { name: 'Length' }).fill('3s');
  await eventually('the problem is gone', async () => (await card.getAttribute('data-tone')) === null);
  assert.equal(await page.getByRole('button', { name: 'Make film' }).isDisabled(), false);
  await saved(page);
  assert.deepEqual(person.faults, []);
});

test('of two thousand shots those in sight are drawn, and keys lead through all of them', { skip, timeout: 120_000 }, async () => {
  const storyboard = Array.from({ length: 2000 }, (_, index) => ({
    id: `shot-${index + 1}`,
    narration: `This is sentence number ${index + 1}.`,
    visual: { backdrop: 'plain' as const },
  }));
  const film = await studio.createFilm({ storyboard });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  await page.locator('[data-index="0"]').focus();
  assert.ok((await page.locator('.card').count()) < 60);
  await page.keyboard.press('End');
  await page.locator('[data-index="1999"]:focus').waitFor();
  assert.ok((await page.locator('.card').count()) < 60);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.keyboard.type(' More.');
  await page.keyboard.press('Escape');
  await saved(page);
  const { document } = await studio.film(film);
  assert.equal(document.storyboard.filter(({ narration }) => String(narration).endsWith('More.')).length, 1);
  assert.deepEqual(person.faults, []);
});
