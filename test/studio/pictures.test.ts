import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Build } from '@filmwright/contracts';
import type { Locator } from 'playwright-core';
import { quarters, writeOddPictures } from './odd-pictures.ts';
import { eventually, faultsOf, openStudio, saveStatus, show, skip } from './open-studio.ts';

const studio = openStudio();
before(() => void (skip === false && writeOddPictures(studio.home)));

const taken = [
  'deep.png',
  'swapped-profile.png',
  'turned.jpg',
  'see-through.png',
  'moving.gif',
  'moving.webp',
  'moving.png',
  'cmyk-adobe.jpg',
  'ycck-adobe.jpg',
  'cmyk-plain.jpg',
] as const;
const refused = {
  'phone.jpg':
    /^phone\.jpg: it is a HEIC or AVIF picture; wanted a picture \(PNG, JPEG, WebP, GIF, TIFF or BMP\); choose a picture or convert this file\.$/,
  'drawing.svg': /^drawing\.svg: it is an SVG drawing; wanted a picture .*; choose a picture or convert this file\.$/,
  'text.png': /^text\.png: it is text; wanted a picture .*; choose a picture or convert this file\.$/,
  'huge.png': /^huge\.png: it is 30000x30000 pixels; wanted less than 30000 a side and at most 200 megapixels; scale it down\.$/,
} as const;
/** What browsers play, or paint black. */
const shownByFilm: ReadonlySet<string> = new Set([
  'moving.gif',
  'moving.webp',
  'moving.png',
  'cmyk-adobe.jpg',
  'ycck-adobe.jpg',
  'cmyk-plain.jpg',
]);
/** Behind the picture that is transparent in its last quarter. */
const ground = [16, 96, 160] as const;

/** Drops a file on a card as it comes from a folder of the desktop. */
async function drop(card: Locator, name: string): Promise<void> {
  const content = readFileSync(join(studio.home, name)).toString('base64');
  const type = `image/${name.split('.').at(-1)?.replace('jpg', 'jpeg').replace('svg', 'svg+xml')}`;
  await card.evaluate(
    (each: unknown, file) => {
      type Made = Readonly<Record<'DataTransfer' | 'DragEvent' | 'File', new (...args: unknown[]) => unknown>>;
      const { DataTransfer, DragEvent, File } = globalThis as unknown as Made;
      const dataTransfer = new DataTransfer() as { readonly items: { add(file: unknown): void } };
      dataTransfer.items.add(new File([Uint8Array.from(atob(file.content), (char) => char.charCodeAt(0))], file.name, { type: file.type }));
      (each as { dispatchEvent(event: unknown): void }).dispatchEvent(
        new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
      );
    },
    { name, content, type },
  );
}

/** The colours in the middle of the four quarters of RGB pixels. */
function middles(pixels: Uint8Array, { width, height }: { readonly width: number; readonly height: number }): number[][] {
  return [0, 1, 2, 3].map((quarter) => {
    const x = Math.floor(width * (quarter % 2 === 0 ? 0.25 : 0.75));
    const y = Math.floor(height * (quarter < 2 ? 0.25 : 0.75));
    return [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  });
}
function isNear(found: readonly number[], wanted: readonly number[]): boolean {
  return wanted.every((value, channel) => Math.abs(value - (found[channel] ?? -99)) <= 26);
}
function wantedOf(name: string): readonly (readonly number[])[] {
  return name === 'see-through.png' ? [...quarters.slice(0, 3), ground] : quarters;
}
const scaled = (args: readonly string[], input?: Buffer): Uint8Array =>
  execFileSync('ffmpeg', ['-v', 'error', ...args, '-frames:v', '1', '-vf', 'scale=64:36', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], {
    input,
  });

test('pictures of every make come to their cards and into the film upright and in their colours', {
  skip,
  timeout: 240_000,
}, async () => {
  const film = await studio.createFilm({
    captions: false,
    format: { resolution: '720p', fps: 25 },
    brand: { colors: { background: '#1060a0' } },
    storyboard: taken.map((_, index) => ({ id: `shot-${index}`, length: '15f', visual: { backdrop: 'plain' } })),
    outputs: { master: { quality: 'draft' } },
  });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  for (const [index, name] of taken.entries()) {
    const card = page.locator(`[data-index="${index}"]`);
    await page.locator('[data-index]').first().waitFor();
    await page
      .locator('.space-main')
      .evaluate((main: unknown, top) => (main as { scrollTo(x: number, y: number): void }).scrollTo(0, top), Math.floor(index / 3) * 320);
    await card.waitFor();
    await drop(card, name);
    await eventually(
      `${name} is shown`,
      async () =>
        (await card.locator('img').count()) > 0 &&
        (await card.locator('img').evaluate((each: unknown) => (each as { naturalWidth: number }).naturalWidth)) > 0,
    );
    const wrongOnCard = async (): Promise<readonly string[]> => {
      const shown = middles(scaled(['-f', 'png_pipe', '-i', '-'], await card.locator('img').screenshot()), { width: 64, height: 36 });
      return quarters.flatMap((wanted, quarter) => {
        // What is transparent, and what a label lies upon, is not the picture's.
        const isCovered = quarter === 3 && name === 'see-through.png';
        return isCovered || isNear(shown[quarter] ?? [], wanted) ? [] : [`quarter ${quarter} is ${shown[quarter]}, wanted ${wanted}`];
      });
    };
    // Where a browser shows another picture than the film, the film's comes once it was read.
    if (shownByFilm.has(name))
      await eventually(`${name} is shown as the film shows it`, async () => {
        const uploaded = (await studio.film(film)).files[name];
        return uploaded !== undefined && !(await card.locator('img').getAttribute('src'))?.endsWith(uploaded);
      });
    let wrong: readonly string[] = [];
    const isRight = async (): Promise<boolean> => {
      wrong = await wrongOnCard();
      return wrong.length === 0;
    };
    await eventually({ what: `${name} has its colours`, withinMs: 20_000 }, isRight).catch(() => undefined);
    assert.deepEqual(wrong, [], `${name} on its card`);
  }
  await show(page, 'pictures');
  await eventually(
    'all is saved',
    async () => (await saveStatus(page)) === 'saved' && Object.keys((await studio.film(film)).files).length === taken.length,
  );
  const { version } = await studio.film(film);
  const { id } = await studio.call<Build>('/v1/builds', {
    method: 'POST',
    body: JSON.stringify({ film: { id: film, version }, purpose: 'make' }),
  });
  const build = await eventually('the film is made', async () => {
    const found = await studio.call<Build>(`/v1/builds/${id}`);
    return found.state === 'planning' || found.state === 'running' ? null : found;
  });
  assert.equal(build.state, 'succeeded', JSON.stringify(build.problem));
  const master = join(studio.home, 'master.mp4');
  writeFileSync(master, await studio.bytes(`/v1/builds/${id}/media/master.mp4`));
  for (const [index, name] of taken.entries()) {
    const found = middles(scaled(['-ss', String((index + 0.5) * 0.6), '-i', master]), { width: 64, height: 36 });
    for (const [quarter, wanted] of wantedOf(name).entries())
      assert.ok(isNear(found[quarter] ?? [], wanted), `${name}, quarter ${quarter} of its frame is ${found[quarter]}, wanted ${wanted}`);
  }
  assert.deepEqual(person.faults, []);
});

test('files that are no pictures are refused on their card with what they are and what to do, and nothing is lost', {
  skip,
  timeout: 120_000,
}, async () => {
  const film = await studio.createFilm({ storyboard: [{ id: 'one', visual: { backdrop: 'halo' } }] });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const card = page.locator('[data-index="0"]');
  await card.waitFor();
  for (const [name, message] of Object.entries(refused)) {
    await drop(card, name);
    const alert = card.getByRole('alert').filter({ hasText: name });
    await alert.waitFor();
    assert.match((await alert.locator('.grow').textContent()) ?? '', message);
  }
  await show(page, 'picture-refused');
  assert.equal(await saveStatus(page), 'saved');
  assert.deepEqual((await studio.film(film)).document.storyboard[0]?.visual, { backdrop: 'halo' });
  assert.deepEqual(person.faults, []);
});

test('a picture that only decoding shows to be torn is told on its card once a film was tried', { skip, timeout: 120_000 }, async () => {
  const film = await studio.createFilm({ captions: false, storyboard: [{ id: 'one', length: '1s', visual: { backdrop: 'halo' } }] });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const card = page.locator('[data-index="0"]');
  await card.waitFor();
  await drop(card, 'torn.png');
  await eventually('it is saved', async () => 'torn.png' in (await studio.film(film)).files);
  await page.getByRole('button', { name: 'Preview' }).click();
  await card
    .getByText(/torn\.png|Export it again/)
    .first()
    .waitFor();
  await page
    .locator('.side')
    .getByText(/torn\.png: its PNG content is damaged or cut off/)
    .waitFor();
  await show(page, 'picture-torn');
  assert.deepEqual(person.faults, []);
});

test('by keys a picture is drawn anew in takes and one is chosen, and a clip is cut out, placed and put before a backdrop', {
  skip,
  timeout: 180_000,
}, async () => {
  const clip = join(studio.home, 'mover.mp4');
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=96x54:r=10:d=0.5', '-pix_fmt', 'yuv420p', clip]);
  const film = await studio.createFilm({
    format: { resolution: '720p', fps: 25 },
    storyboard: [{ id: 'drawn' }, { id: 'staged', visual: { backdrop: 'waves' } }],
  });
  const person = await studio.browser();
  const page = await person.open(`#/films/${film}`);
  const side = page.locator('.side');
  const saved = async () => (await studio.film(film)).document.storyboard.map(({ visual }) => visual);
  /** Goes to a field, or opens what it lies in, and presses keys there. */
  const press = async (field: Locator, ...keys: readonly string[]): Promise<void> => {
    await field.focus();
    for (const key of keys) await page.keyboard.press(key);
  };
  const field = (name: string): Locator => side.getByLabel(name, { exact: true });
  const faults: string[] = [];
  const look = async (name: string): Promise<void> => {
    await show(page, name);
    faults.push(...(await faultsOf(page)).map((fault) => `${name}: ${fault}`));
  };

  await press(page.locator('[data-index="0"]'), 'Enter', 'Escape');
  await press(field('Picture'), 'd');
  await field('What is to be seen').fill('dark violet aurora');
  await field('Model').locator('option[value^=backdrops]').first().waitFor({ state: 'attached' });
  await press(field('Model'), 'b');
  await press(side.getByText('How it is drawn', { exact: true }), 'Enter');
  await field('Steps').fill('5');
  await press(side.getByText('Start from a picture', { exact: true }), 'Enter');
  await side.locator('details[open] input[type=file]').first().setInputFiles(join(studio.home, 'swapped-profile.png'));
  await press(field('How much is drawn anew'), ...Array.from({ length: 8 }, () => 'ArrowLeft'));
  await press(field('Size and clearness'), 'l');
  await press(field('Smooth movement between what is drawn'), 'Space');
  const pictures = side.locator('.drawn-take > img');
  for (const [count, name] of ['Draw it', 'Draw another take'].entries()) {
    await press(side.getByRole('button', { name, exact: true }), 'Enter');
    await eventually(`take ${count + 1} is drawn`, async () => (await pictures.count()) === count + 1);
  }
  const [first, second] = await pictures.evaluateAll((all: readonly unknown[]) => all.map((each) => (each as { src: string }).src));
  assert.notEqual(first, second, 'takes differ');
  await press(side.locator('.drawn-take').nth(1), 'Enter');
  assert.equal(await side.locator('.drawn-take[aria-pressed=true]').textContent(), 'Take 2, in the film');
  await look('takes-drawn');

  await press(page.locator('[data-index="0"]'), 'ArrowRight');
  await press(field('In front'), 'c');
  await side.locator('input[accept="video/*"]').setInputFiles(clip);
  await side.locator('video').waitFor();
  await field('Begins at').fill('soon');
  await side.getByText('No time: write seconds such as 2.5', { exact: false }).waitFor();
  assert.equal(await field('Begins at').getAttribute('aria-invalid'), 'true');
  await look('clip-part');
  await field('Begins at').fill('0,1');
  await field('Ends at').fill('100ms');
  await side.getByText('The end must come after the beginning.').waitFor();
  await field('Ends at').fill('0:00.4');
  assert.equal(await side.locator('[aria-invalid]').count(), 0);
  await press(field('Design'), 'a');
  await press(side.getByText('How it is cut out and stands', { exact: true }), 'Enter');
  await press(field('Cut out'), 'a');
  await press(field('Placed by itself, clear of texts and captions'), 'Space');
  await press(field('Height'), 'ArrowRight', 'ArrowRight');
  await press(field('From the left'), 'ArrowLeft', 'ArrowLeft');
  await press(field('Shadow'), 's');
  await look('clip-in-front');
  const generate = {
    ...{ prompt: 'dark violet aurora', model: 'backdrops', steps: 5, picture: 'swapped-profile.png', strength: 0.4 },
    ...{ takes: 2, take: 2 },
  };
  const background = { backdrop: 'arc' };
  const place = { at: [0.48, 0.6], height: 0.82, shadow: 'soft' };
  const wanted = [
    { generate, upscale: 'auto', interpolate: true },
    { background, subject: { clip: 'mover.mp4', from: '0.1s', to: '0.4s', cutOut: 'selfie-segmentation', ...place } },
  ];
  await eventually({ what: 'all is saved', withinMs: 10_000 }, async () => JSON.stringify(await saved()).includes('soft'));
  assert.deepEqual(await saved(), wanted);
  // What was drawn is shown again where nobody draws it again, and lies behind no preview of its own.
  await page.reload();
  await press(page.locator('[data-index="0"]'), 'Enter', 'Escape');
  await eventually('the takes are shown again', async () => (await pictures.count()) === 2);
  assert.equal(await side.getByText('Not drawn yet').count(), 0);
  await look('takes-after-reload');
  await press(page.locator('[data-index="0"]'), 'ArrowRight');
  await press(field('In front'), 'n');
  await eventually('the subject is gone', async () => !JSON.stringify(await saved()).includes('subject'));
  assert.deepEqual((await saved())[1], background);
  await press(page.locator('[data-index="1"]'), 'Control+z');
  await eventually('the subject is back', async () => JSON.stringify(await saved()).includes('subject'));
  assert.deepEqual(await saved(), wanted);
  assert.deepEqual(faults, []);
  assert.deepEqual(person.faults, []);
});
