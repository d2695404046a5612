import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openHotCache } from '@filmwright/blobs';
import type { ModelLicence, OfferedModel } from '@filmwright/contracts';
import type { AddModel, WeightsHome } from '../add-model.ts';
import type { SourceSettings } from '../source-settings.ts';

/** The one-operation model of the fixtures: 125 bytes of real ONNX. */
export const tinyOnnx = await readFile(fileURLToPath(new URL('../../onnx/fixtures/invert.onnx', import.meta.url)));

/** A home that goes away with the test, with weights in a real cache. */
export async function modelsHome(t: TestContext, budgetBytes = 1e9): Promise<WeightsHome> {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-models-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  return weightsHome(home, budgetBytes);
}

/** A home in a folder, with weights in a real cache. */
export function weightsHome(home: string, budgetBytes = 1e9): WeightsHome {
  return {
    home,
    budgetBytes,
    keepFreeBytes: 0,
    openWeights: (source) => openHotCache({ root: join(home, 'weights'), maxBytes: budgetBytes, source }),
  };
}

/** Settings that ask the given hosts and wait little. */
export function settingsOf(change: Partial<SourceSettings>): SourceSettings {
  const nobody = 'http://127.0.0.1:9';
  return {
    hubEndpoint: nobody,
    hubToken: null,
    npmRegistry: nobody,
    pypiIndex: nobody,
    retry: { tries: 4, firstWaitMs: 5, stallMs: 20_000 },
    ...change,
  };
}

export const freeLicence: ModelLicence = {
  name: 'MIT',
  url: null,
  attribution: 'somebody',
  summary: 'Free.',
  commercialUse: 'allowed',
  mustAccept: false,
};

/** A card as the catalogue has them, with changes. */
export function offer(change: Partial<OfferedModel> & Pick<OfferedModel, 'source'>): OfferedModel {
  return {
    format: 1,
    name: 'tiny',
    title: 'Tiny',
    capability: 'text-to-image',
    engine: 'onnx',
    does: 'Nothing much.',
    licence: freeLicence,
    needs: { tiers: [], diskMb: null },
    processing: { type: 'own' },
    files: null,
    ...change,
  };
}

/** What adding wants beside the home. */
export function adding(
  wanted: AddModel['wanted'],
  settings: SourceSettings,
  change: Partial<AddModel> = {},
): Omit<AddModel, keyof WeightsHome> {
  return { wanted, settings, acceptLicence: false, now: new Date('2026-01-01T00:00:00Z'), ...change };
}
