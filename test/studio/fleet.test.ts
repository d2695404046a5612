import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Client, createClient } from '@filmwright/client';
import { type Build, credentialPrefix } from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { Client as SqlClient } from 'pg';
import type { Page } from 'playwright-core';
import { eventually, openStudio, show, skip } from './open-studio.ts';

// One runner with one place: the second film has to wait for the first.
const studio = openStudio();
const backdrops = ['halo', 'sweep', 'arc', 'waves'] as const;

function filmOf(title: string, { shots, resolution }: { readonly shots: number; readonly resolution: '720p' | '1080p' }): Promise<string> {
  const storyboard = backdrops
    .slice(0, shots)
    // The first is never made to its end: it lasts however quick the machine is.
    .map((backdrop, at) => ({ id: `s${at}`, length: resolution === '720p' ? '1s' : '60s', visual: { backdrop } }));
  return studio.createFilm({ title, format: { resolution, fps: 30 }, captions: false, storyboard });
}

function clientOf(token?: string): Client {
  const platform = JSON.parse(readFileSync(`${studio.home}/platform.json`, 'utf8')) as { readonly token: string };
  return createClient({ url: studio.url(), token: token ?? platform.token });
}

/** Holds a page, wide and light, narrow and dark, to what everybody needs. */
async function faultsOf(page: Page, name: string): Promise<readonly string[]> {
  const look = readFileSync(new URL('./page-faults.js', import.meta.url), 'utf8');
  const found: string[] = [];
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 860 });
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    found.push(...(await page.evaluate<readonly string[]>(look)).map((fault) => `${name}, ${colorScheme}, ${width}: ${fault}`));
  }
  await show(page, name);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 860 });
  return found;
}

/** A machine that joined and does nothing. */
async function idleRunner(client: Client, name: string): Promise<void> {
  const secret = `${credentialPrefix}${randomBytes(32).toString('base64url')}`;
  const { token } = await client.createRunnerToken({ ttlMs: 60_000, pool: 'far' });
  await clientOf(token).exchangeRunnerToken({ name, secretHash: hashOfSecret(secret) });
  const offer = { pid: 1, slots: 2, kinds: [], toolchain: {}, voices: [], models: [], fonts: [], versions: { encode: 1 } };
  await clientOf(secret).joinRunner({ name, ...offer });
}

/** As if whoever leads had found that a runner fails all it is given. */
async function letRest(name: string): Promise<void> {
  const folder = `${studio.home}/postgresql`;
  const port = Number(readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')[3]);
  const password = readFileSync(`${folder}/password`, 'utf8').trim();
  const database = new SqlClient({ host: '127.0.0.1', port, user: 'filmwright', password, database: 'postgres' });
  await database.connect();
  await database.query(
    `insert into runner_rest (name, failures, rest_ms, until) select name, 3, 600000, now() + interval '10 minutes' from runner where name like $1 || '%'`,
    [name],
  );
  await database.end();
}

test('a film that waits says why and until when; the fleet shows who works and can lock one out; afterwards the film shows what it cost', {
  skip,
  timeout: 200_000,
}, async () => {
  const first = await filmOf('The first film', { shots: 4, resolution: '1080p' });
  const second = await filmOf('The second film', { shots: 2, resolution: '720p' });
  const client = clientOf();
  const ahead = await client.createBuild({ film: { id: first } });
  await eventually('the first film keeps the runner busy', async () => {
    const { waiting } = await client.getBuild(ahead.id);
    return waiting !== undefined && waiting.running > 0;
  });

  const person = await studio.browser();
  const page = await person.open(`#/films/${second}`);
  await page.getByRole('button', { name: /How pressing it is/ }).click();
  await page.getByRole('dialog').getByLabel('Priority').selectOption('When there is time');
  await page.getByRole('dialog').getByLabel('Done by').fill('2099-12-24T18:00');
  const faults = [...(await faultsOf(page, 'how-pressing'))];
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Make film' }).click();
  const why = page.getByRole('region', { name: 'Make the film' }).locator('.make-wait');
  await why.getByText(/go(es)? before it; it goes on in/).waitFor();
  await page.getByText('Film: Waiting').waitFor();
  const ordered = await eventually('the second film is ordered', async () => (await client.listFilmBuilds({ id: second })).builds[0]);
  assert.deepEqual([ordered.priority, ordered.deadline?.slice(0, 10)], ['bulk', '2099-12-24']);
  await page.locator('.wait-list').getByText('When there is time').waitFor();
  faults.push(...(await faultsOf(page, 'film-waits')));

  await idleRunner(client, 'far-away');
  await page.getByRole('link', { name: 'See who works and what waits' }).click();
  const queue = page.getByRole('region', { name: 'In line' });
  await queue.getByText('The second film').waitFor();
  await queue.getByText('In its turn').waitFor();
  const runners = page.getByRole('region', { name: 'Runners' });
  await runners.getByRole('listitem').filter({ hasText: 'runner-1' }).getByText('At work').waitFor();
  await runners.getByText(/Its program is too old for encode/).waitFor();
  await page
    .getByRole('region', { name: /^Spending/ })
    .getByRole('link', { name: 'The first film' })
    .waitFor();
  faults.push(...(await faultsOf(page, 'fleet')));
  await letRest('far-away');
  await runners.getByText(/It failed 3 different tasks one after another/).waitFor();
  faults.push(...(await faultsOf(page, 'fleet-rests')));
  await runners.getByRole('button', { name: /Wake far-away/ }).press('Enter');
  await runners.getByText(/Its program is too old for encode/).waitFor();
  await runners.getByRole('button', { name: /Drain far-away/ }).press('Enter');
  await runners.getByRole('listitem').filter({ hasText: 'far-away' }).getByText('Draining').waitFor();
  await runners.getByRole('button', { name: /Lock out far-away/ }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Lock it out' }).click();
  await runners.getByRole('listitem').filter({ hasText: 'far-away' }).waitFor({ state: 'detached' });
  assert.ok((await client.listRunners()).credentials.every(({ name, revokedAt }) => name !== 'far-away' || revokedAt !== null));

  await client.cancelBuild(ahead.id);
  const { spend: spent } = await client.buildCourse(ahead.id);
  assert.deepEqual(spent.held, { gpuS: 0, slotS: 0, credits: 0 }, 'what was reserved for a film is given back when it is cancelled');
  assert.ok(spent.refunded.credits > 0);
  await page.goto(`${studio.url()}/#/films/${second}/film`);
  const made = page.getByRole('region', { name: 'How it was made' });
  const done = await eventually('the second film is made', async (): Promise<Build | false> => {
    const build = await client.getBuild(ordered.id);
    return build.endedAt !== null && build;
  });
  assert.equal(done.state, 'succeeded', done.problem?.detail);
  const { spend, waits, attempts } = await client.buildCourse(done.id);
  await made.getByText(/^It took /).waitFor();
  const charged = await made
    .getByRole('row', { name: /^Charged/ })
    .getByRole('cell')
    .allTextContents();
  const credits = Number(charged[2]);
  assert.ok(
    Math.abs(credits - spend.settled.credits) <= 0.06 * spend.settled.credits,
    `${charged.join(', ')} for ${JSON.stringify(spend.settled)}`,
  );
  assert.ok(spend.settled.credits > 0 && spend.held.credits === 0);
  assert.ok(waits.length > 0 && attempts.some(({ waitedFor }) => waitedFor !== null), 'what it waited for is kept');
  assert.equal(await made.locator('.course-bar').count(), attempts.length);
  faults.push(...(await faultsOf(page, 'how-it-was-made')));
  assert.deepEqual(faults, []);
  assert.deepEqual(person.faults, []);
});
