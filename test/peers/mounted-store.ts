import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@filmwright/client';
import type { RunnerToken } from '@filmwright/contracts';
import { filmwright, homesOfTest, platformOfTest, start } from '../journeys/platform-home.ts';

/** A platform whose only runner has the store's folder mounted. */
export type MountedStore = {
  /** The store's own folder, and where it is to be mounted. */
  readonly media: () => string;
  readonly mount: string;
  /** Home of the runner. */
  readonly box: string;
  /** Starts the platform, has the folder mounted, and waits until the runner has joined. */
  readonly open: (context: TestContext, mounted: (media: string) => void | Promise<void>) => Promise<OpenStore>;
};

export type OpenStore = {
  readonly client: Client;
  /** Waits until a film is whole; fails where a task of it was lost or failed. */
  readonly ended: (build: string, looked?: () => Promise<void>) => Promise<void>;
  /** Ends the runner, which must have said once that the mount was gone, and once that it was there again. */
  readonly close: () => Promise<void>;
};

/** Waits until something holds, at most three minutes. */
export async function untilSeen(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const untilMs = performance.now() + 180_000; !(await holds()); await sleep(100))
    if (performance.now() > untilMs) throw new Error(`waited three minutes until ${what}`);
}

/** Prepares it for the tests of a file; `before` is done ahead of unmounting after them. */
export function mountedStoreOfTest(before: () => void = () => {}): MountedStore {
  const newHome = homesOfTest();
  const platform = platformOfTest('--runners', '0');
  const box = newHome();
  const mount = mkdtempSync(join(tmpdir(), 'filmwright-mount-'));
  after(() => {
    before();
    spawnSync('umount', ['-l', mount]);
    rmSync(mount, { recursive: true, force: true });
  });
  const media = (): string => join(platform.home, 'media');
  return {
    media,
    mount,
    box,
    async open(context, mounted) {
      const { url, token } = await platform.open();
      const client = createClient({ url, token });
      await mounted(media());
      const drawn = JSON.parse((await filmwright(platform.home, ['runner', 'token', '--json'])).out) as RunnerToken;
      process.env.FILMWRIGHT_MEDIA = mount;
      const runner = start(box, ['runner', '--join', drawn.url, '--token', drawn.token, '--slots', '2']);
      await untilSeen(async () => (await client.listRunners()).runners.length === 1, 'the runner is there');
      return {
        client,
        async ended(id, looked) {
          await untilSeen(async () => {
            await looked?.();
            return ['succeeded', 'failed'].includes((await client.getBuild(id)).state);
          }, 'the film is made');
          assert.equal((await client.getBuild(id)).state, 'succeeded');
          const { attempts } = await client.buildCourse(id);
          context.diagnostic(attempts.map(({ outcome }) => outcome).join());
          assert.deepEqual(
            attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'lost'),
            [],
          );
        },
        async close() {
          process.kill(runner.pid, 'SIGTERM');
          const { err } = await runner.ended;
          const said = err.split('\n').filter((line) => line.includes('the mounted store'));
          context.diagnostic(said.join('\n'));
          assert.deepEqual(
            [said.length, /is gone/.test(said[0] ?? ''), /there again/.test(said[1] ?? '')],
            [2, true, true],
            err.slice(-3000),
          );
        },
      };
    },
  };
}
