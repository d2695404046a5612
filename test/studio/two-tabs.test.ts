import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import type { Page } from 'playwright-core';
import { eventually, openStudio, saveStatus, show, skip, writeWords } from './open-studio.ts';

const studio = openStudio();
const wordsOf = ({ storyboard }: FilmDocument): unknown => storyboard[0]?.narration;
const newFilm = (): Promise<string> =>
  studio.createFilm({ storyboard: [{ id: 'one', narration: 'As it was.', visual: { backdrop: 'halo' } }] });
const isSaved = (page: Page, version: number, film: string) =>
  eventually(
    `version ${version} is saved`,
    async () => (await saveStatus(page)) === 'saved' && (await studio.film(film)).version === version,
  );

/** Two tabs on one film, of which the second cannot hear that the first has saved. */
async function conflict(film: string): Promise<{ readonly first: Page; readonly second: Page; readonly faults: readonly string[] }> {
  const person = await studio.browser();
  const first = await person.open(`#/films/${film}`);
  const second = await person.open(`#/films/${film}`);
  await first.locator('[data-index="0"]').waitFor();
  await second.locator('[data-index="0"]').waitFor();
  // Both write at the same time: the second before it hears of the first.
  let hasSaid = false;
  await second.route('**/v1/films/*', (route) => {
    hasSaid ||= route.request().method() !== 'GET';
    return hasSaid ? route.continue() : route.abort();
  });
  await writeWords(first, { shot: 0, words: 'What the first tab says.' });
  await isSaved(first, 2, film);
  await writeWords(second, { shot: 0, words: 'What the second tab says.' });
  await second.getByRole('dialog').waitFor();
  return { first, second, faults: person.faults };
}

test('the second of two tabs is told, and keeping its version puts it on top of the other', { skip, timeout: 200_000 }, async () => {
  const film = await newFilm();
  const { first, second, faults } = await conflict(film);
  assert.match(
    (await second.getByRole('dialog').textContent()) ?? '',
    /Somebody else saved this film meanwhile[\s\S]*What yours has differently/,
  );
  assert.equal(wordsOf((await studio.film(film)).document), 'What the first tab says.', 'nothing is overwritten before a choice');
  await show(second, 'conflict');
  await second.keyboard.press('Escape');
  await second.getByRole('button', { name: 'Two versions' }).click();
  await second.getByRole('button', { name: 'Keep mine as a new version' }).click();
  await isSaved(second, 3, film);
  const versions = await studio.versions(film);
  assert.deepEqual(await Promise.all(versions.map(async ({ version }) => wordsOf((await studio.film(film, version)).document))), [
    'What the second tab says.',
    'What the first tab says.',
    'As it was.',
  ]);
  await eventually('the first tab shows what the second saved', async () =>
    /second tab/.test((await first.locator('[data-index="0"]').textContent()) ?? ''),
  );
  assert.deepEqual(faults, []);
});

test('taking the other version keeps the own one in the list of versions, and undo brings it back', {
  skip,
  timeout: 200_000,
}, async () => {
  const film = await newFilm();
  const { second, faults } = await conflict(film);
  await second.getByRole('button', { name: 'Take theirs' }).click();
  await isSaved(second, 4, film);
  assert.match((await second.locator('[data-index="0"]').textContent()) ?? '', /What the first tab says/);
  const versions = await studio.versions(film);
  assert.deepEqual(await Promise.all(versions.map(async ({ version }) => wordsOf((await studio.film(film, version)).document))), [
    'What the first tab says.',
    'What the second tab says.',
    'What the first tab says.',
    'As it was.',
  ]);
  assert.equal(versions[1]?.note, 'Set aside for version 2');
  await second.getByRole('button', { name: /^Undo/ }).click();
  await eventually(
    'undo brings the own version back',
    async () => wordsOf((await studio.film(film)).document) === 'What the second tab says.',
  );
  assert.deepEqual(faults, []);
});
