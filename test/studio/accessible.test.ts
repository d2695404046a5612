import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, openStudio, show, skip } from './open-studio.ts';

const studio = openStudio();

test('what cannot be read, named or reached is found', { skip, timeout: 60_000 }, async () => {
  const person = await studio.browser();
  const page = await person.open('');
  await page.locator('main').waitFor();
  await page.evaluate(`
    const add = (html) => document.querySelector('main').insertAdjacentHTML('beforeend', html);
    add('<button id="b"></button><button id="b">named</button><img src="/studio/mark.svg">');
    const faint = document.createElement('p');
    faint.textContent = 'faint';
    faint.style.color = '#bbb';
    faint.style.background = '#fff';
    const wide = document.createElement('div');
    wide.textContent = 'wide';
    wide.style.width = '3000px';
    document.querySelector('main').append(faint, wide, document.createElement('h1'));
  `);
  const found = (await faultsOf(page)).map((fault) => fault.split(':')[0]?.replace(/[\d.]+/g, 'N'));
  for (const fault of [
    'no name',
    'no alternative',
    'N first headings, wanted one',
    'the id b is there twice',
    'contrast N',
    'N pixels wide in a window of N',
  ])
    assert.ok(found.includes(fault), `${fault} in ${found.join('; ')}`);
});

for (const width of [1280, 390] as const)
  for (const theme of ['light', 'dark'] as const)
    test(`every place of the studio can be read, named and reached at ${width} pixels, ${theme}`, { skip, timeout: 120_000 }, async () => {
      const film = await studio.createFilm({
        title: 'Read by everybody',
        storyboard: [
          { id: 'one', narration: 'The first shot says this.', visual: { backdrop: 'halo' }, text: { text: 'A title' } },
          { id: 'two', narration: 'هذا نص عربي.', visual: { backdrop: 'waves' } },
          { id: 'three', narration: 'Wrong.', length: 'long' },
        ],
      });
      const person = await studio.browser({ width, height: width === 390 ? 844 : 860 });
      const page = await person.open('');
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      const places = {
        start: '',
        library: '#/library',
        fleet: '#/fleet',
        storyboard: `#/films/${film}`,
        shot: `#/films/${film}/shots/one`,
        film: `#/films/${film}/film`,
      };
      const ready = { start: '.film-row', library: '.shelves', fleet: '.runner-card', storyboard: '.card', shot: '.takes', film: '.alone' };
      const faults: string[] = [];
      const look = async (name: string): Promise<void> => {
        faults.push(...(await faultsOf(page)).map((fault) => `${name}: ${fault}`));
      };
      for (const [name, hash] of Object.entries(places)) {
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
        await page
          .locator(ready[name as keyof typeof ready])
          .first()
          .waitFor();
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        await look(name);
        if (width === 1280) await show(page, `${name}-${theme}`);
        if (name !== 'storyboard') continue;
        for (const panel of ['Versions', 'Settings of the film']) {
          await page.getByRole('button', { name: panel, exact: true }).click();
          await look(panel);
          await page.getByRole('button', { name: 'Close the panel' }).click();
        }
        await page.locator('[data-index="0"]').focus();
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
        await look('keys');
        await page.keyboard.press('Escape');
      }
      assert.deepEqual(faults, []);
      assert.deepEqual(person.faults, []);
    });
