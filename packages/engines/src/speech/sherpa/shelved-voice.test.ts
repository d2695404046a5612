import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelLicence, OfferedModel } from '@filmwright/contracts';
import { addLocal } from '../../models/testing/add-local.ts';
import { modelsHome } from '../../models/testing/models-home.ts';
import { addVoice } from './add-voice.ts';
import { sherpaVoice } from './sherpa-voice.ts';
import { writeTinyVoice } from './testing/tiny-voice.ts';
import { installedVoices } from './voice-card.ts';

const licence: ModelLicence = {
  ...{ name: 'CC-BY-NC-4.0', url: null, attribution: 'a speaker', summary: 'Not for money.' },
  ...{ commercialUse: 'forbidden', mustAccept: true },
};

test('voices that were added as models are taken over by name or folder, each under its own name, and films tell whose they are and on what terms', async (t) => {
  const weights = await modelsHome(t);
  const { home } = weights;
  const folder = join(home, 'tiny');
  await writeTinyVoice({ family: 'kokoro', folder });
  // Pronunciation data that came with the voice, so that none is fetched.
  await mkdir(join(folder, 'espeak-ng-data'));
  await writeFile(join(folder, 'espeak-ng-data', 'phontab'), 'data');
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const filesIn = async (below: string) =>
    Object.fromEntries(
      await Promise.all(
        paths.map(async ({ parentPath, name }) => {
          const path = join(parentPath, name);
          return [join(below, path.slice(folder.length + 1)), await readFile(path)] as const;
        }),
      ),
    );
  const voice = { capability: 'speech', engine: 'sherpa-onnx', processing: { type: 'own' } } as const satisfies Partial<OfferedModel>;
  const one = await addLocal(weights, {
    files: await filesIn('.'),
    change: { ...voice, name: 'tiny-one', title: 'Tiny One', licence, limits: { languages: ['en-GB'] } },
  });
  const two = await addLocal(weights, { files: await filesIn('deep/en'), change: { ...voice, name: 'tiny-two', title: 'Tiny Two' } });
  assert.deepEqual((await addVoice({ home, folder: 'tiny-one' })).id, 'tiny-one');
  assert.deepEqual((await addVoice({ home, folder: join(home, 'models/tiny-two', two.ref.split('@')[1] ?? '', 'files') })).id, 'tiny-two');
  const installed = await installedVoices(home);
  assert.deepEqual(
    installed.map(({ card: { id, name, language, licence: of } }) => [id, name, language, of]),
    [
      ['tiny-one', 'Tiny One', 'en-GB', 'CC-BY-NC-4.0'],
      ['tiny-two', 'Tiny Two', '*', 'MIT'],
    ],
  );
  const [closed, free] = installed.map((each) => sherpaVoice(each).credit);
  assert.deepEqual(closed, {
    ...{ role: 'voice', name: 'Tiny One', licence: 'CC-BY-NC-4.0', source: 'a speaker', commercialUse: 'forbidden', revision: one.ref },
    note: 'The licence of these weights forbids commercial use: Not for money.',
  });
  assert.deepEqual(free, { role: 'voice', name: 'Tiny Two', licence: 'MIT', source: 'somebody', revision: two.ref });
  await assert.rejects(addVoice({ home, folder: 'selfie-segmentation' }), { code: 'model-unavailable', message: /is no voice: .*matting/ });
  await assert.rejects(addVoice({ home, folder: 'nobody' }), {
    code: 'speech-unavailable',
    message: /no voice folder nobody, and no model/,
  });
});
