import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import type { FilmDetail, FilmDocument, FilmVersionPage } from '@filmwright/contracts';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { platformOfTest } from '../journeys/platform-home.ts';
import { missing } from '../peers/missing.ts';

const program = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const built = existsSync(join(import.meta.dirname, '../../apps/studio/dist/index.html'));

/** Why the studio cannot be driven here; false where it can. */
export const skip =
  missing({ name: 'chromium', asks: [program, '--version'], install: 'apt-get install -y chromium (CHROMIUM_PATH names another one)' }) ||
  (built ? false : 'the studio is not built; npm test builds it');

export type Studio = {
  readonly home: string;
  readonly url: () => string;
  /** What `open` takes to come in by the link that the program prints. */
  readonly entry: () => string;
  /** A person's browser: its tabs share what the browser remembers. Everything that a page says wrong is in `faults`. */
  readonly browser: (options?: { readonly width?: number; readonly height?: number }) => Promise<Person>;
  readonly call: <T>(path: string, init?: RequestInit) => Promise<T>;
  readonly bytes: (path: string) => Promise<Uint8Array>;
  readonly createFilm: (document: Partial<FilmDocument>, files?: Readonly<Record<string, string>>) => Promise<string>;
  readonly film: (id: string, version?: number) => Promise<FilmDetail & { readonly document: FilmDocument }>;
  readonly versions: (id: string) => Promise<FilmVersionPage['versions']>;
};
export type Person = {
  readonly context: BrowserContext;
  readonly faults: readonly string[];
  /** A tab at a place of the studio: `#/films/...`. */
  readonly open: (hash: string) => Promise<Page>;
};

/** A platform of its own with one runner, which takes less of the browser's time, and a browser for the tests of a file; both end with it. `env` is the platform's. */
export function openStudio(env: Readonly<Record<string, string>> = {}): Studio {
  const people: BrowserContext[] = [];
  const browsers: { close(): Promise<void> }[] = [];
  // Pages that nobody looks at any more follow films, and draw, all the same.
  afterEach(async () => {
    for (const each of people.splice(0)) await each.close();
  });
  // Before the platform's own end.
  after(async () => {
    for (const each of browsers) await each.close();
  });
  const { home, open } = platformOfTest('--runners', '1');
  let gateway = { url: '', token: '' };
  before(async () => {
    if (skip !== false) return;
    Object.assign(process.env, env);
    gateway = await open();
  });
  const call: Studio['call'] = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json', ...init.headers };
    const reply = await fetch(`${gateway.url}${path}`, { ...init, headers });
    if (!reply.ok) throw new Error(`${path} was answered with ${reply.status}: ${await reply.text()}`);
    return (await reply.json()) as T;
  };
  return {
    home,
    call,
    url: () => gateway.url,
    entry: () => `?token=${gateway.token}`,
    async browser({ width = 1280, height = 860 } = {}) {
      if (browsers.length === 0) browsers.push(await chromium.launch({ executablePath: program, args: ['--no-sandbox'] }));
      const [launched] = browsers as [Awaited<ReturnType<typeof chromium.launch>>];
      const context = await launched.newContext({ viewport: { width, height }, permissions: ['clipboard-read', 'clipboard-write'] });
      context.setDefaultTimeout(60_000);
      people.push(context);
      const faults: string[] = [];
      context.on('weberror', (error) => faults.push(String(error.error())));
      context.on('dialog', (dialog) => {
        faults.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      context.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(message.text()))
          faults.push(message.text());
      });
      // Lets the browser in without drawing a page; the main path comes in by the link.
      await context.request.get(`${gateway.url}/${this.entry()}`, { maxRedirects: 0 });
      return {
        context,
        faults,
        async open(hash) {
          const page = await context.newPage();
          await page.goto(`${gateway.url}/${hash}`);
          return page;
        },
      };
    },
    async bytes(path) {
      const reply = await fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${gateway.token}` } });
      if (!reply.ok) throw new Error(`${path} was answered with ${reply.status}`);
      return new Uint8Array(await reply.arrayBuffer());
    },
    async createFilm(document, files = {}) {
      const body = { document: { filmwright: 1, title: 'A film', voice: 'flite-slt', ...document }, files };
      return (await call<FilmDetail>('/v1/films', { method: 'POST', body: JSON.stringify(body) })).id;
    },
    film: (id, version) => call(`/v1/films/${id}${version === undefined ? '' : `?version=${version}`}`),
    versions: async (id) => (await call<FilmVersionPage>(`/v1/films/${id}/versions`)).versions,
  };
}

/** Waits until something holds, at most a minute and a half if nothing else is said; `what` is said where it never does. */
export async function eventually<T>(
  goal: string | { readonly what: string; readonly withinMs: number },
  ask: () => Promise<T | null | undefined | false>,
): Promise<T> {
  const { what, withinMs } = typeof goal === 'string' ? { what: goal, withinMs: 90_000 } : goal;
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > untilMs) throw new Error(`waited ${withinMs / 1000} s until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What people with other senses or tools than ours would miss on a page: names, headings, contrast, room. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(readFileSync(new URL('./page-faults.js', import.meta.url), 'utf8'));
}

/** How a tab says that a film is saved: saved, unsaved, saving, offline, refused or conflict. */
export function saveStatus(page: Page): Promise<string | null> {
  return page.locator('[data-status]').first().getAttribute('data-status');
}

/** Writes other words into a card. */
export async function writeWords(page: Page, { shot, words }: { readonly shot: number; readonly words: string }): Promise<void> {
  await page.locator(`[data-index="${shot}"]`).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: `Words of shot ${shot + 1}` }).fill(words);
  await page.keyboard.press('Escape');
}

/** A picture of the page for people to look at, where SCREENSHOTS names a folder. */
export async function show(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const before = page.viewportSize();
  for (const [width, height] of [
    [1280, 860],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
  }
  if (before !== null) await page.setViewportSize(before);
}
