import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { bordersOf, HandedBack } from './borders.ts';
import { type KeepingFrames, withKeptFrames } from './kept-frames.ts';

const frames = 6;
const bytes = 300_000;
/** Of each frame, which do not pack: an entry of this is too large to be carried by words once there are three. */
const clip = Array.from({ length: frames }, () => randomBytes(bytes));

type Attempt = {
  readonly machine: string;
  readonly resume?: unknown;
  readonly backAt?: number;
  readonly stopAt?: number;
  readonly mayAdd?: () => Promise<void>;
  full?: number;
};

/** What so many wait at for each other. */
function barrier(wanted: number): () => Promise<void> {
  let open = (): void => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  let come = 0;
  return () => {
    if (++come === wanted) open();
    return all;
  };
}

/** Machines that make the clip, frame by frame; an attempt ends as it ends, and tells what it found kept. */
function workplace(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'filmwright-kept-'));
  t.after(() => rmSync(root, { recursive: true }));
  const pathOn = (machine: string): string => join(root, machine, 'checkpoints', 'sha256-clip');
  const stored = join(root, 'stored');
  const attempt = async ({ machine, resume, backAt, stopAt, mayAdd, full = 0 }: Attempt) => {
    const home = join(root, machine);
    await mkdir(join(home, 'work'), { recursive: true });
    let asked = 0;
    const context = {
      ...{ home, key: 'sha256-clip', tempDir: join(home, 'work') },
      borders: bordersOf({ resume, asked: () => ++asked === backAt }),
      pathOf: async () => stored,
      store: async ({ path }: { readonly path: string }) => {
        if (full-- > 0) throw new FilmwrightError('unavailable', 'The gateway does not answer.');
        await copyFile(path, stored);
        return { digest: 'sha256-stored', bytes: 1, mediaType: 'application/octet-stream' };
      },
    } as unknown as KeepingFrames<number>['context'];
    const read = (state: unknown) => (typeof state === 'number' ? state : undefined);
    const found: number[] = [];
    const memory = new Uint8Array(bytes);
    const ended = await withKeptFrames({ context, frames, bytes, read }, async ({ earlier, add }) => {
      for await (const { frame, state } of earlier()) {
        assert.equal(state, found.length);
        assert.deepEqual(frame, clip[found.push(state) - 1]);
      }
      await mayAdd?.();
      for (let at = found.length; at < frames; at++) {
        if (at === stopAt) throw new Error('stopped');
        memory.set(clip[at] as Buffer);
        await add({ frame: memory, state: at });
        memory.fill(0);
      }
      return 'whole';
    }).catch((error: unknown) => error);
    return { ended, found: found.length };
  };
  return { attempt, pathOn, stored };
}

test('what an attempt kept is there for the next one here, up to an entry that was cut off or damaged, and gone once the clip is whole', async (t) => {
  const { attempt, pathOn } = workplace(t);
  assert.deepEqual(await attempt({ machine: 'one', stopAt: 4 }), { ended: new Error('stopped'), found: 0 });
  const path = pathOn('one');
  const kept = readFileSync(path);
  assert.equal((await attempt({ machine: 'one', stopAt: 4 })).found, 4);
  truncateSync(path, kept.length - 1000);
  assert.equal((await attempt({ machine: 'one', stopAt: 5 })).found, 3, 'the cut one is made again, and can be read then');
  assert.equal((await attempt({ machine: 'one', stopAt: 5 })).found, 5);
  for (const offset of [2, 30, kept.length / 4 + 10]) {
    const damaged = Buffer.from(kept);
    damaged.writeUInt8(damaged.readUInt8(Math.floor(offset)) ^ 1, Math.floor(offset));
    writeFileSync(path, damaged);
    assert.equal((await attempt({ machine: 'one', stopAt: 5 })).found, offset < kept.length / 4 ? 0 : 1, `${offset}`);
  }
  assert.deepEqual(await attempt({ machine: 'one' }), { ended: 'whole', found: 5 });
  assert.ok(!existsSync(path));
});

test('two attempts at once on one machine, of two workspaces, spoil nothing for a third', async (t) => {
  const { attempt } = workplace(t);
  // One that opens the file while the other writes may cost frames: here both have read what there was, nothing, before either adds.
  const both = barrier(2);
  await Promise.all([3, 5].map((stopAt) => attempt({ machine: 'one', stopAt, mayAdd: both })));
  assert.deepEqual(await attempt({ machine: 'one' }), { ended: 'whole', found: 5 });
});

test('frames go elsewhere with a task that is handed back, few by words, many by the store once that takes them, and further than what was left there', async (t) => {
  const { attempt, pathOn } = workplace(t);
  const few = await attempt({ machine: 'one', backAt: 2 });
  assert.ok(few.ended instanceof HandedBack);
  assert.deepEqual(Object.keys(Object(few.ended.resume)), ['checkpoint']);
  await attempt({ machine: 'two', stopAt: 1 });
  const many = await attempt({ machine: 'two', resume: few.ended.resume, backAt: 2 });
  assert.equal(many.found, 2);
  assert.ok(many.ended instanceof HandedBack);
  assert.deepEqual(many.ended.resume, { checkpointAsset: 'sha256-stored' });
  const { resume } = many.ended;
  const here = await attempt({ machine: 'three', resume, backAt: 1, full: 1 });
  assert.deepEqual(here, { ended: 'whole', found: 4 }, 'it goes on where it cannot be stored');
  await attempt({ machine: 'one', stopAt: 5 });
  assert.equal((await attempt({ machine: 'one', resume, stopAt: 5 })).found, 5, 'more was left here');
  assert.ok(existsSync(pathOn('one')));
});
