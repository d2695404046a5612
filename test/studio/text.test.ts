import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDetail, FilmDocument } from '@filmwright/contracts';
import type { Page } from 'playwright-core';
import { eventually, openStudio, saveStatus, show, skip } from './open-studio.ts';

const studio = openStudio();
const hostile = `<script>alert('script')</script><img src=x onerror="alert('picture')">`;
const wordsIn = ({ storyboard }: FilmDocument): string =>
  storyboard.map(({ narration }) => (typeof narration === 'string' ? narration : JSON.stringify(narration ?? ''))).join('\n');
const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Pastes as a person does: with the clipboard's own event. */
async function paste(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Script' }).evaluate((area: unknown, pasted) => {
    const { DataTransfer, ClipboardEvent } = globalThis as unknown as {
      DataTransfer: new () => { setData(type: string, text: string): void };
      ClipboardEvent: new (type: string, init: object) => object;
    };
    const target = area as {
      focus(): void;
      dispatchEvent(event: object): boolean;
      setRangeText(text: string, from: number, to: number, mode: string): void;
    };
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    target.focus();
    // What the page does not take for itself, the browser pastes.
    if (target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })))
      (area as { value: string }).value += pasted;
    target.dispatchEvent(new Event('input', { bubbles: true }));
  }, text);
}

/** Makes a storyboard of what was pasted and gives the saved film. */
async function storyboardOf(page: Page): Promise<FilmDetail & { readonly document: FilmDocument }> {
  await page.getByRole('button', { name: 'Make a storyboard' }).click();
  await page.waitForURL(/#\/films\/[0-9a-f-]+$/);
  await page.locator('[data-index="0"]').waitFor();
  await eventually('the film is saved', async () => (await saveStatus(page)) === 'saved');
  return studio.film(page.url().split('/').at(-1) ?? '');
}

test('a script of 200,000 characters becomes a film with every word, and only the cards in sight are drawn', {
  skip,
  timeout: 200_000,
}, async (context) => {
  const paragraphs: string[] = [];
  for (let length = 0; length < 200_000; length += (paragraphs.at(-1)?.length ?? 0) + 2)
    paragraphs.push(
      `Paragraph number ${paragraphs.length + 1} says what it has to say, and then it says a little more about it. It ends here.`,
    );
  const script = paragraphs.join('\n\n');
  const person = await studio.browser();
  const page = await person.open('#/');
  await page.evaluate(`
    window.longest = 0;
    new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration); })
      .observe({ entryTypes: ['longtask'] });`);
  await paste(page, script);
  await page.getByText(/^200,\d{3} characters/).waitFor();
  const { document } = await storyboardOf(page);
  assert.equal(plain(wordsIn(document)), plain(script));
  const cards = await page.locator('[data-index]').count();
  assert.ok(cards > 0 && cards < 60, `${cards} of ${document.storyboard.length} cards are drawn`);
  await page.locator('[data-index="0"]').focus();
  await page.keyboard.press('End');
  await page.locator(`[data-index="${document.storyboard.length - 1}"]`).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type(' And more.');
  await page.keyboard.press('Escape');
  await eventually('the last words are saved', async () =>
    wordsIn((await studio.film(page.url().split('/').at(-1) ?? '')).document).endsWith('And more.'),
  );
  context.diagnostic(
    `longest task of the page: ${await page.evaluate('Math.round(window.longest)')} ms, ${document.storyboard.length} shots`,
  );
  await show(page, 'long-script');
  assert.deepEqual(person.faults, []);
});

test('pasted text comes clean of tags and of characters that nobody can see, and says what was left out', {
  skip,
  timeout: 100_000,
}, async () => {
  const person = await studio.browser();
  const page = await person.open('#/');
  await paste(
    page,
    `<h1>Our tea</h1>\n<p>Green\u0000 leaves\u0007, \u202Edetrevni\u202C picked\u200B by\uFEFF hand.</p>${hostile}<p>Broken \uD83C and whole \u{1F375}.</p>`,
  );
  const note = await eventually('a note says what was dropped', async () => {
    const text = await page.getByRole('status').filter({ hasText: 'left out' }).first().textContent();
    return text === '' ? null : text;
  });
  assert.match(note, /^Tags of the page were taken out\. \d+ characters that nobody can see or say were left out\.$/);
  await show(page, 'pasted-markup');
  const film = await storyboardOf(page);
  assert.equal(film.document.title, 'Our tea');
  assert.equal(plain(wordsIn(film.document)), 'Green leaves, detrevni picked by hand. Broken and whole \u{1F375}.');
  const texts: string[] = [];
  JSON.stringify(film.document, (_, value: unknown) => {
    if (typeof value === 'string') texts.push(value.replaceAll('\n', ' '));
    return value;
  });
  assert.ok(texts.length > 2, texts.join('|'));
  for (const text of texts) assert.doesNotMatch(text, /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u);
  assert.deepEqual(person.faults, []);
});

test('a single mark that turns the direction of writing is reason enough to say so', { skip, timeout: 100_000 }, async () => {
  const person = await studio.browser();
  const page = await person.open('#/');
  await paste(page, 'Good \u202Enight.');
  await page.getByText('1 character that nobody can see or say was left out.').waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Script' }).inputValue(), 'Good night.');
  assert.deepEqual(person.faults, []);
});

test('what is typed into cards, titles and texts comes clean too', { skip, timeout: 100_000 }, async () => {
  const film = await studio.createFilm({
    storyboard: [{ id: 'one', narration: 'As it was.', text: { text: 'Text' }, visual: { backdrop: 'halo' } }],
  });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const dirty = 'Ti\u0001t\u202El\u200Be';
  await page.getByRole('textbox', { name: 'Title of the film' }).fill(dirty);
  await page.locator('[data-index="0"]').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Words of shot 1' }).fill(dirty);
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Text 1' }).fill(dirty);
  const saved = await eventually('it is saved', async () => {
    const { document } = await studio.film(film);
    return (await saveStatus(page)) === 'saved' && document.title === 'Title' ? document : null;
  });
  assert.equal(wordsIn(saved), 'Title');
  assert.deepEqual(saved.storyboard[0]?.text, { text: 'Title' });
  assert.deepEqual(person.faults, []);
});

test('markup in titles, words, texts, voices and file names is shown and never run', { skip, timeout: 100_000 }, async () => {
  const film = await studio.createFilm({
    title: hostile,
    voice: hostile,
    storyboard: [
      { id: 'one', narration: hostile, text: { text: hostile }, visual: { picture: `${hostile.replaceAll('/', '')}.png` } },
      { id: 'two', narration: { say: 'Said.', voice: hostile }, visual: { backdrop: hostile as 'halo' } },
    ],
  });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const card = page.locator('[data-index="0"]');
  await card.waitFor();
  assert.ok((await card.textContent())?.includes(hostile), 'the words are shown as they are');
  assert.equal(await page.getByRole('textbox', { name: 'Title of the film' }).inputValue(), hostile);
  for (const place of [`#/films/${film}/shots/one`, `#/films/${film}/film`, '#/', '#/library']) {
    await page.goto(`${studio.url()}/${place}`);
    await page.locator('#main').waitFor();
    await page.waitForTimeout(300);
  }
  await page.goto(`${studio.url()}/#/films/${film}`);
  await page.getByRole('button', { name: 'Versions' }).click();
  await card.waitFor();
  await show(page, 'markup');
  await card.evaluate(
    (each: unknown, name) => {
      const { DataTransfer, DragEvent, File } = globalThis as unknown as Record<
        'DataTransfer' | 'DragEvent' | 'File',
        new (
          ...args: unknown[]
        ) => never
      >;
      const dataTransfer = new DataTransfer() as { items: { add(file: object): void } };
      dataTransfer.items.add(new File(['no picture'], name, { type: 'image/png' }));
      (each as { dispatchEvent(event: object): void }).dispatchEvent(
        new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
      );
    },
    `${hostile.replaceAll('/', '')}.png`,
  );
  await card.getByRole('alert').getByText('it is text').waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.deepEqual(person.faults, []);
});
