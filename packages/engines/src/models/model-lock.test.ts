import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { acceptedLicences, rememberLicences } from './licences.ts';
import { withModelLock } from './model-lock.ts';
import { modelsHome } from './testing/models-home.ts';

test('of many that change a model at once one does at a time, and the others are told or wait', async (t) => {
  const { home } = await modelsHome(t);
  const counts = { inside: 0, most: 0, done: 0 };
  const work = async (): Promise<void> => {
    counts.most = Math.max(counts.most, ++counts.inside);
    for (let at = 0; at < 5; at++) await turn();
    counts.inside--;
    counts.done++;
  };
  const tried = await Promise.allSettled(Array.from({ length: 20 }, () => withModelLock({ home, name: 'tiny' }, work)));
  const told = tried.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
  assert.ok(told.every((message) => message.includes('is changing the model tiny')));
  assert.deepEqual([counts.most, counts.done], [1, 20 - told.length]);
  await Promise.all(Array.from({ length: 20 }, () => withModelLock({ home, name: 'tiny', waits: true }, work)));
  assert.deepEqual([counts.most, counts.done], [1, 40 - told.length]);
});

test('a lock that was left by a kill or a power cut is taken over, also by a process with the number of the dead one', async (t) => {
  const { home } = await modelsHome(t);
  const folder = join(home, 'models', '.locks');
  await mkdir(folder, { recursive: true });
  for (const left of [String(process.pid), '999999999', '']) {
    await writeFile(join(folder, 'tiny'), left);
    assert.equal(await withModelLock({ home, name: 'tiny' }, async () => 'done'), 'done');
  }
  await writeFile(join(folder, 'tiny'), String(process.ppid));
  await assert.rejects(
    withModelLock({ home, name: 'tiny' }, async () => 'done'),
    { code: 'unavailable', message: new RegExp(`process ${process.ppid}`) },
  );
  assert.deepEqual([await readdir(folder), (await readdir(join(home, 'models'))).sort()], [['tiny'], ['.locks']]);
});

test('licences that are accepted at the same time are all written down', async (t) => {
  const { home } = await modelsHome(t);
  const models = Array.from({ length: 12 }, (_, index) => `model-${index}`);
  const entry = { licence: 'Own', textDigest: 'sha256-0', acceptedAt: '', acceptedBy: 'somebody' };
  await Promise.all(models.map((model) => rememberLicences(home, [{ ...entry, model }])));
  assert.deepEqual((await acceptedLicences(home)).map(({ model }) => model).sort(), models.sort());
});
