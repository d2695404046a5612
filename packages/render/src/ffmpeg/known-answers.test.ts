import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type KnownAnswers, knownAnswers } from './known-answers.ts';

/** A program that is never run: whoever asks it is counted. */
function open(t: TestContext, content = '\x7fELF') {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-answers-'));
  t.after(() => rmSync(home, { recursive: true }));
  const path = join(home, 'bin', 'ffmpeg');
  const folder = join(home, 'kept');
  mkdirSync(join(home, 'bin'));
  writeFileSync(path, content);
  let asked = 0;
  const ask = async (): Promise<readonly string[]> => [`ffmpeg version ${++asked}`];
  const answers = (changed: Partial<KnownAnswers> = {}) =>
    knownAnswers({ path, name: 'ffmpeg', questions: ['-version'], env: {}, folder, ask, ...changed });
  const replace = (): void => {
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  };
  return { home, path, folder, answers, replace, asked: () => asked };
}

test('a program is asked once, and again when it, its libraries, their search or the questions change', async (t) => {
  const { home, answers, replace, asked } = open(t);
  const changes: (() => unknown)[] = [
    () => {},
    replace,
    () => mkdirSync(join(home, 'lib')),
    () => writeFileSync(join(home, 'lib', 'libavcodec.so'), ''),
    () => ({ env: { LD_LIBRARY_PATH: home } }),
    () => ({ env: { LD_LIBRARY_PATH: home, PATH: '/a' }, questions: ['-version', '-filters'] }),
  ];
  for (const [at, change] of changes.entries()) {
    const changed = Object(change()) as Partial<KnownAnswers>;
    const expected = [[`ffmpeg version ${at + 1}`], [`ffmpeg version ${at + 1}`]];
    assert.deepEqual([await answers(changed), await answers(changed)], expected);
  }
  const env = { LD_LIBRARY_PATH: home };
  await answers({ env });
  const before = asked();
  writeFileSync(join(home, 'libx264.so'), '');
  await answers({ env });
  assert.equal(asked(), before + 1, 'a library came where the loader is told to look');
});

test('what is kept but damaged is asked anew, and so is who did not answer or was replaced meanwhile', async (t) => {
  const { folder, answers, replace, asked } = open(t);
  assert.equal(await answers({ ask: async () => null }), null);
  const replaced = async (): Promise<readonly string[]> => {
    replace();
    return ['one of them'];
  };
  assert.deepEqual(await answers({ ask: replaced }), ['one of them']);
  assert.deepEqual(await answers(), ['ffmpeg version 1']);
  for (const damaged of ['', 'null', '{"asked":1}']) {
    writeFileSync(join(folder, 'ffmpeg.json'), damaged);
    await answers();
  }
  assert.equal(asked(), 4);
  assert.deepEqual([await answers(), readdirSync(folder)], [['ffmpeg version 4'], ['ffmpeg.json']]);
  assert.deepEqual(await answers({ folder: join(folder, 'ffmpeg.json') }), ['ffmpeg version 5'], 'what cannot be kept is asked');
});

test('a script, and what runs under names that are not its own, may start another program any time and is asked each time', async (t) => {
  const script = open(t, '#!/bin/sh\n');
  const many = open(t);
  renameSync(many.path, join(many.home, 'bin', 'snap'));
  symlinkSync('snap', many.path);
  for (const { answers, asked } of [script, many]) {
    await answers();
    await answers();
    assert.equal(asked(), 2);
  }
});
