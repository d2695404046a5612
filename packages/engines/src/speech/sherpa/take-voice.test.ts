import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import type { ShelfVoice } from '@filmwright/contracts';
import { modelsHome } from '../../models/testing/models-home.ts';
import type { WeightsSource } from '../../models/weights.ts';
import { checkVoice, voiceProblem } from './check-voice.ts';
import { placeVoice } from './place-folder.ts';
import { takeVoice } from './take-voice.ts';
import { installedVoices, type VoiceCard } from './voice-card.ts';

const card: VoiceCard = {
  ...{ format: 1, id: 'mia', name: 'Mia', language: 'en-US', licence: 'CC0-1.0', source: 'made here', notes: '', family: 'piper' },
  ...{ model: 'model.onnx', voices: null, speaker: 0, noiseScale: 0.6, noiseScaleW: 0.8, hop: 256, revision: '' },
};

/** A voice among those of a home, as its platform tells of it. */
async function platformVoice(
  home: string,
  change: Partial<VoiceCard> = {},
): Promise<{ readonly voice: ShelfVoice; readonly source: WeightsSource }> {
  await placeVoice({
    home,
    id: 'mia',
    fill: async ({ target }) => {
      await mkdir(join(target, 'espeak-ng-data', 'lang'), { recursive: true });
      await writeFile(join(target, 'model.onnx'), 'the network');
      await writeFile(join(target, 'espeak-ng-data', 'lang', 'en'), 'how words sound');
      return { ...card, ...change };
    },
  });
  const folder = join(home, 'voices', 'mia');
  const byDigest = new Map<string, Buffer>();
  const files = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}` as const;
    byDigest.set(digest, bytes);
    files.push({ path: relative(folder, path), bytes: bytes.length, digest });
  }
  const source: WeightsSource = async function* ({ digest }) {
    yield { bytes: byDigest.get(digest) ?? Buffer.alloc(0), position: 0 };
  };
  return { voice: { id: 'mia', files, accepted: [] }, source };
}

test('a voice of the platform comes whole, once unless it was damaged since, and one whose files are not what its card says is not', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t)];
  const { voice, source } = await platformVoice(from.home);
  const take = (one: ShelfVoice) => takeVoice({ ...to, voice: one, source, keep: () => false });
  const moved = voice.files.map((file) => (file.path === 'model.onnx' ? { ...file, path: 'other.onnx' } : file));
  await assert.rejects(take({ ...voice, files: moved }), { code: 'digest-mismatch', message: /together have/ });
  await assert.rejects(take({ ...voice, id: '../up' }), { code: 'digest-mismatch' });
  await assert.rejects(take({ ...voice, files: voice.files.map((file) => ({ ...file, path: `../${file.path}` })) }));
  assert.deepEqual([await installedVoices(to.home), (await readdir(join(to.home, 'voices'))).length], [[], 0]);
  assert.equal((await take(voice))?.id, 'mia');
  assert.equal(await take(voice), null);
  const [there] = await installedVoices(to.home);
  assert.deepEqual(there?.card, (await installedVoices(from.home))[0]?.card);
  assert.equal(await readFile(join(there?.folder ?? '', 'espeak-ng-data/lang/en'), 'utf8'), 'how words sound');
  // What was damaged and found to be comes again.
  const sound = join(there?.folder ?? '', 'model.onnx');
  await chmod(sound, 0o644);
  await writeFile(sound, 'damaged');
  const [damaged] = await installedVoices(to.home);
  assert.ok(damaged);
  await assert.rejects(checkVoice(damaged), { code: 'digest-mismatch' });
  assert.equal((await take(voice))?.id, 'mia');
  assert.equal(await readFile(sound, 'utf8'), 'the network');
  assert.equal(await voiceProblem(damaged), null);
});

test('a voice whose licence is restricted comes only where it was accepted on its platform', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t)];
  const { voice, source } = await platformVoice(from.home, { commercialUse: 'forbidden' });
  const take = (one: ShelfVoice) => takeVoice({ ...to, voice: one, source, keep: () => false });
  await assert.rejects(take(voice), { code: 'model-unavailable', message: /is not accepted there/ });
  const accepted = [{ model: 'mia', licence: 'NC', textDigest: 'sha256-0', acceptedAt: '2026-01-01T00:00:00Z', acceptedBy: 'ada' }];
  assert.equal((await take({ ...voice, accepted }))?.id, 'mia');
});
