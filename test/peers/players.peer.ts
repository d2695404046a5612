import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { filmwright, platformOfTest } from '../journeys/platform-home.ts';
import { smallFilm, writeFilm } from '../journeys/small-film.ts';
import { missing } from './missing.ts';

const skip = missing({ name: 'chromium', asks: ['chromium', '--version'], install: 'apt-get install -y chromium' });
const modules = join(import.meta.dirname, '../../node_modules');
const scripts = {
  'hls.js': join(modules, 'hls.js/dist/hls.min.js'),
  'dash.js': join(modules, 'dashjs/dist/modern/umd/dash.all.min.js'),
  shaka: join(modules, 'shaka-player/dist/shaka-player.compiled.js'),
} as const;

let browser: Browser;
after(() => browser?.close());
const { home, open } = platformOfTest();
let gateway = { url: '', token: '' };
let addresses: { hls: string; dash: string | null; complete: boolean };

before(async () => {
  if (skip !== false) return;
  gateway = await open();
  const film = writeFilm(home, { ...smallFilm, outputs: { ...smallFilm.outputs, package: true } });
  const { status, out, err } = await filmwright(home, ['make', film, '--out', join(home, 'out'), '--json']);
  assert.equal(status, 0, out + err);
  const { build } = JSON.parse(out) as { build: string };
  const reply = await fetch(`${gateway.url}/v1/builds/${build}/package`, { headers: { authorization: `Bearer ${gateway.token}` } });
  addresses = (await reply.json()) as typeof addresses;
  assert.equal(addresses.complete, true);
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
  });
});

type Played = {
  readonly frames: number;
  readonly dropped: number;
  readonly soundBytes: number;
  readonly endedAt: number;
  readonly startedAt: number;
};

/** Plays a film to its end on a page of the gateway's own address and tells what came out. */
async function play({
  script,
  begin,
}: {
  readonly script: keyof typeof scripts;
  readonly begin: string;
}): Promise<{ played: Played; faults: string[] }> {
  const page: Page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('requestfailed', (request) => faults.push(`${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => void (response.status() >= 400 && faults.push(`${response.url()} ${response.status()}`)));
  const body = `<!doctype html><video muted></video><script src="/player.js"></script>`;
  await page.route('**/player.html', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.route('**/player.js', (route) => route.fulfill({ contentType: 'text/javascript', path: scripts[script] }));
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  try {
    await page.goto(`${gateway.url}/player.html`);
    const played = (await page.evaluate(`(async () => {
      const video = document.querySelector('video');
      const seen = [];
      window.faults = [];
      ${begin}
      await new Promise((resolve, reject) => {
        video.onended = resolve;
        video.onerror = () => reject(new Error('the video broke: ' + (video.error && video.error.message)));
        setTimeout(() => reject(new Error('stands at ' + video.currentTime + ' of ' + video.duration + ', ' + window.faults.join())), 120000);
        video.play().catch(reject);
      });
      if (window.faults.length > 0) throw new Error(window.faults.join());
      const quality = video.getVideoPlaybackQuality();
      return {
        frames: quality.totalVideoFrames, dropped: quality.droppedVideoFrames, soundBytes: video.webkitAudioDecodedByteCount,
        endedAt: video.currentTime, startedAt: video.buffered.length === 1 ? video.buffered.start(0) : -1,
      };
    })()`)) as Played;
    return { played, faults };
  } finally {
    await page.close();
  }
}

const report = JSON.stringify;
function assertPlayed({ played, faults }: { readonly played: Played; readonly faults: readonly string[] }): void {
  const { frames, durationMs } = JSON.parse(readFileSync(join(home, 'out/report.json'), 'utf8')) as { frames: number; durationMs: number };
  assert.deepEqual(faults, []);
  assert.ok(played.frames >= frames - 2 && played.frames <= frames + 2, `${report(played)}, wanted ${frames} frames`);
  assert.ok(played.soundBytes > 5000, report(played));
  assert.ok(Math.abs(played.endedAt - durationMs / 1000) < 0.06, `${report(played)}, wanted ${durationMs} ms`);
  assert.ok(played.startedAt >= 0 && played.startedAt < 0.03, `one range from the start, found ${report(played)}`);
}

test('hls.js plays the film in Chromium from its first to its last frame, with sound', { skip, timeout: 120_000 }, async () => {
  const begin = `
    const hls = new Hls({ startLevel: 0 });
    hls.on(Hls.Events.ERROR, (_, data) => window.faults.push(data.details));
    hls.loadSource('${addresses?.hls}');
    hls.attachMedia(video);`;
  assertPlayed(await play({ script: 'hls.js', begin }));
});

test('dash.js plays the film in Chromium from its first to its last frame, with sound', { skip, timeout: 120_000 }, async () => {
  const begin = `
    const player = dashjs.MediaPlayer().create();
    player.on('error', (event) => window.faults.push(JSON.stringify(event.error)));
    player.initialize(video, '${addresses?.dash}', false);`;
  assertPlayed(await play({ script: 'dash.js', begin }));
});

for (const protocol of ['hls', 'dash'] as const)
  test(`Shaka Player plays the film over ${protocol.toUpperCase()}, and finds nothing against it`, { skip, timeout: 120_000 }, async () => {
    const begin = `
    const player = new shaka.Player();
    player.addEventListener('error', (event) => window.faults.push('shaka ' + event.detail.code));
    await player.attach(video);
    await player.load('${addresses?.[protocol]}');`;
    assertPlayed(await play({ script: 'shaka', begin }));
  });

test('hls.js plays a film while it is still made, and goes on to its end', { skip, timeout: 180_000 }, async () => {
  const line = 'While the first part is watched, the rest of the film is being made.';
  const document = {
    title: 'Watched while it is made',
    voice: 'flite-slt',
    format: { resolution: '1080p', fps: 30 },
    storyboard: ['halo', 'sweep', 'arc', 'waves', 'grid'].map((backdrop, at) => ({
      narration: `${line} Part ${at + 1}.`,
      visual: { backdrop },
    })),
    outputs: { package: true },
  };
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T | null> => {
    const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' };
    const reply = await fetch(`${gateway.url}${path}`, { ...init, headers });
    return reply.status === 204 || !reply.ok ? null : ((await reply.json()) as T);
  };
  const build = await call<{ id: string }>('/v1/builds', { method: 'POST', body: JSON.stringify({ document }) });
  let early: typeof addresses | null = null;
  await untilTrue(async () => {
    early = await call<typeof addresses>(`/v1/builds/${build?.id}/package`);
    return early !== null;
  });
  const { hls, complete } = early as unknown as typeof addresses;
  assert.equal(complete, false);
  const begin = `
    const hls = new Hls({ startLevel: 0, startPosition: 0 });
    hls.on(Hls.Events.ERROR, (_, data) => data.fatal && window.faults.push(data.details));
    hls.loadSource('${hls}');
    hls.attachMedia(video);`;
  const { played, faults } = await play({ script: 'hls.js', begin });
  assert.deepEqual(faults, []);
  type Built = { readonly state: string; readonly result: { readonly report: { readonly durationMs: number } } };
  let ended: Built | null = null;
  // The film can be watched to its end before its master is put together, measured and reviewed.
  await untilTrue(async () => {
    ended = await call<Built>(`/v1/builds/${build?.id}`);
    return ended !== null && ended.state !== 'running';
  });
  const { state, result } = ended as unknown as Built;
  assert.equal(state, 'succeeded');
  assert.ok(Math.abs(played.endedAt - result.report.durationMs / 1000) < 0.1, report([played, result.report.durationMs]));
});

async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}
