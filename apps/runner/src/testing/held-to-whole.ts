import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { modelRef, type Output, type TaskKind } from '@filmwright/contracts';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { openModelPool } from '@filmwright/engines/onnx/model-pool';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { bordersOf, HandedBack } from '../borders.ts';
import type { KindRunner, TaskContext } from '../run-task.ts';

const astronaut = fileURLToPath(new URL('../../../../examples/clips/astronaut.mp4', import.meta.url));
/** Of the piece. */
export const frames = 6;

type Attempt = { readonly machine: string; readonly resume?: unknown; readonly backAt?: number };

/** Machines that make a piece of one clip, each with a folder of its own. */
export async function machines(t: TestContext, { width, graph = 'null' }: { readonly width: number; readonly graph?: string }) {
  const root = await mkdtemp(join(tmpdir(), 'filmwright-borders-'));
  const pool = openModelPool();
  t.after(async () => {
    await pool.dispose();
    rmSync(root, { recursive: true });
  });
  const path = join(root, 'clip.mp4');
  const filters = `${graph},scale=${width}:-2:out_color_matrix=bt709:out_range=tv,format=yuv420p`;
  execFileSync('ffmpeg', ['-v', 'error', '-i', astronaut, '-vf', filters, '-frames:v', '24', '-an', '-r', '25', path]);
  const toolset = await findFfmpeg();
  const attempt = async <K extends TaskKind>(
    run: KindRunner<K>,
    payload: Parameters<KindRunner<K>>[0],
    { machine, resume, backAt }: Attempt,
  ) => {
    const home = join(root, machine);
    const tempDir = join(home, 'work');
    await mkdir(tempDir, { recursive: true });
    let borders = 0;
    const told: number[] = [];
    const context = {
      ...{ home, tempDir, toolset, key: 'sha256-piece', answerMs: 60_000, models: { noteLoaded: () => {}, drop: () => {} } },
      borders: bordersOf({ resume, asked: () => ++borders === backAt }),
      pictureModels: async () => pool,
      pathOf: async () => path,
      store: async ({ path: from, mediaType }: { readonly path: string; readonly mediaType: string }) => {
        const bytes = readFileSync(from);
        return { digest: `sha256-${createHash('sha256').update(bytes).digest('hex')}`, bytes: bytes.length, mediaType };
      },
      progress: (percent: number) => told.push(percent),
    } as unknown as TaskContext;
    const ended: Output<K> | Error = await run(payload, context).catch((error: Error) => error);
    return { ended, borders, told, left: readdirSync(join(home, 'checkpoints')) };
  };
  return attempt;
}

/** Makes a piece without a break, then on a machine that is asked for it back, and on one that goes on from there. */
export async function heldToWhole<K extends TaskKind>(
  attempt: Awaited<ReturnType<typeof machines>>,
  { run, payload }: { readonly run: KindRunner<K>; readonly payload: Parameters<KindRunner<K>>[0] },
): Promise<Output<K>> {
  const whole = await attempt(run, payload, { machine: 'one' });
  assert.ok(!(whole.ended instanceof Error), String(whole.ended));
  assert.deepEqual([whole.borders, whole.left], [frames - 1, []]);
  const second = await attempt(run, payload, { machine: 'two', backAt: 3 });
  assert.ok(second.ended instanceof HandedBack, String(second.ended));
  const last = await attempt(run, payload, { machine: 'three', resume: JSON.parse(JSON.stringify(second.ended.resume)) });
  assert.deepEqual(last.ended, whole.ended);
  assert.deepEqual([last.borders, last.left], [frames - 1 - 3, []], 'only what was not kept is made');
  assert.deepEqual(
    last.told,
    last.told.toSorted((a, b) => a - b),
  );
  return whole.ended;
}

export const clip = `sha256-${'0'.repeat(64)}`;
export const modelOf = async (name: string): Promise<string> => modelRef((await installedModel({ name, home: tmpdir() })).card);
