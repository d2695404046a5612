import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Client } from '@filmwright/client';
import { FilmwrightError, type ModelCard, modelRef, type PlatformShelf } from '@filmwright/contracts';
import { revisionOf, shelvedModels } from '@filmwright/engines/models/model-shelf';
import { keepShelf } from './keep-shelf.ts';
import { weightsOf } from './weights-home.ts';

const licence = { name: 'MIT', url: null, attribution: '', summary: 'Free.', commercialUse: 'allowed', mustAccept: false } as const;

/** A model of random bytes as a platform tells of it. */
function modelOf(name: string, change: Partial<ModelCard> = {}): { readonly card: ModelCard; readonly bytes: Buffer } {
  const bytes = randomBytes(2000);
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}` as const;
  const own: Omit<ModelCard, 'revision'> = {
    ...{ format: 1, name, title: name, capability: 'text-to-image', engine: 'onnx', does: 'Draws.', licence, source: 'file:here' },
    ...{
      needs: { tiers: [], diskMb: null },
      processing: { type: 'pipeline', pipeline: 'latent-diffusion', settings: {} },
      files: [{ path: 'weights', bytes: 2000, digest }],
    },
    ...change,
  };
  return { bytes, card: { ...own, revision: revisionOf(own) } };
}

/** A gateway with these models, and a home that brings from it what is wanted; both end with the test. */
async function machine(
  t: TestContext,
  {
    models,
    wanted,
    budgetBytes = 1e9,
    breaks = 0,
  }: {
    readonly models: ReturnType<typeof modelOf>[] | 'unheard' | 'refused';
    readonly wanted: readonly string[];
    readonly budgetBytes?: number;
    /** Fetches that break off first. */
    readonly breaks?: number;
  },
) {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-machine-'));
  const ending = new AbortController();
  const told: string[] = [];
  let fetches = 0;
  let looks = 0;
  const client: Pick<Client, 'platformShelf' | 'readMedia'> = {
    platformShelf: async (): Promise<PlatformShelf> => {
      looks++;
      if (models === 'unheard') throw new FilmwrightError('unavailable', 'Nobody answers.');
      if (models === 'refused') throw new FilmwrightError('not-found', 'There is no such address.');
      return { models: models.map(({ card }) => ({ card, accepted: [] })), voices: [] };
    },
    async *readMedia({ source }) {
      if (++fetches <= breaks) throw new FilmwrightError('unavailable', 'The media broke off.');
      const bytes =
        typeof models === 'string'
          ? undefined
          : models.find(({ card }) => 'shelfFile' in source && card.files[0]?.digest === source.shelfFile)?.bytes;
      if (bytes === undefined) throw new FilmwrightError('not-found', 'There is no such file.');
      yield { bytes, position: 0, restarted: false, totalBytes: bytes.length };
    },
  };
  const log = (_: string, message: string, fields?: Readonly<Record<string, unknown>>): void => {
    told.push(`${message}: ${String(fields?.['name'] ?? fields?.['problem'])}`);
  };
  const tried: string[] = [];
  const onTried = (came: boolean): void => void tried.push(`${came ? 'some' : 'none'} by look ${looks}`);
  const running = keepShelf({
    wanted,
    onTried,
    weights: { ...weightsOf(home), budgetBytes },
    client,
    signal: ending.signal,
    log,
    everyMs: 20,
  });
  t.after(async () => {
    ending.abort();
    await running;
    await rm(home, { recursive: true, force: true });
  });
  const own = async (): Promise<readonly string[]> =>
    (await shelvedModels({ home })).flatMap(({ card: { name, builtIn }, present }) => (builtIn || !present ? [] : [name])).sort();
  const has = async ({ card }: ReturnType<typeof modelOf>): Promise<boolean> =>
    (await shelvedModels({ home })).some(({ ref, present }) => present && ref === modelRef(card));
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    for (let looks = 0; !(await isSo()); looks++) {
      assert.ok(looks < 500, `it took more than 10 s; told: ${told.join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { own, has, until, told, tried, looks: () => looks };
}

test('what is named comes from the platform in its newest revision, or in the one that is named, also what came there later, and nothing else does', async (t) => {
  const models = [modelOf('oil'), modelOf('ink'), modelOf('oil'), modelOf('ink')];
  const [newest, , , older] = models as [(typeof models)[0], unknown, unknown, (typeof models)[0]];
  const { own, has, until, told } = await machine(t, { models, wanted: ['oil', 'later', modelRef(older.card)] });
  await until(async () => (await own()).length === 2);
  assert.deepEqual([await own(), await has(newest), await has(older)], [['ink', 'oil'], true, true]);
  await until(() => told.some((line) => line.includes('has no model or voice later; it has oil, ink')));
  models.push(modelOf('later'));
  await until(async () => (await own()).length === 3);
  assert.deepEqual(await own(), ['ink', 'later', 'oil']);
  assert.equal(told.filter((line) => line.includes('has no model')).length, 1, 'what is missing is told of once');
});

test('a revision that its platform has replaced makes room for the one that it has now', async (t) => {
  const models = [modelOf('oil'), modelOf('ink')];
  const before = [...models];
  const { has, until, own, told, looks } = await machine(t, { models, wanted: ['all'], budgetBytes: 5000 });
  await until(async () => (await own()).length === 2);
  const renewed = modelOf('oil');
  models[0] = renewed;
  await until(() => has(renewed));
  assert.deepEqual(await Promise.all(before.map(has)), [false, true]);
  models.push(modelOf('chalk'));
  const full = (): number => told.filter((line) => line.includes('no room')).length;
  await until(() => full() > 0);
  const from = looks();
  await until(() => looks() > from + 5);
  assert.equal(full(), 1, 'it is told of once, however much room the disk has');
});

test('all stands for what runs here; what goes wrong with one is told of and keeps none of the others away', async (t) => {
  const damaged = { ...modelOf('damaged'), bytes: randomBytes(2000) };
  const restricted = modelOf('restricted', { licence: { ...licence, commercialUse: 'unclear', mustAccept: true } });
  const tooLarge = modelOf('huge', { needs: { tiers: [{ tier: 'cpu', ramMb: 1e9, vramMb: null }], diskMb: null } });
  const server = modelOf('server', { engine: 'server' });
  const { own, until, told } = await machine(t, { models: [damaged, restricted, tooLarge, server, modelOf('oil')], wanted: ['all'] });
  await until(() => told.length >= 3);
  assert.deepEqual(await own(), ['oil']);
  assert.match(told.join('\n'), /damaged@\w+: .*digest/);
  assert.match(told.join('\n'), /restricted@\w+: .*not accepted there/);
  assert.doesNotMatch(told.join('\n'), /huge|server/);
});

test('once each was tried that is told, with whether any came, and not at once where the platform is not heard', async (t) => {
  const some = await machine(t, {
    models: [{ ...modelOf('damaged'), bytes: randomBytes(2000) }, modelOf('oil')],
    wanted: ['damaged', 'oil'],
  });
  await some.until(() => some.looks() > 6);
  assert.deepEqual(some.tried, ['some by look 5'], 'as bytes may be damaged on the way');
  const none = await machine(t, { models: [modelOf('oil')], wanted: ['ink'] });
  await none.until(() => none.looks() > 2);
  assert.deepEqual(none.tried, ['none by look 1']);
  const deaf = await machine(t, { models: 'unheard', wanted: ['ink'] });
  await deaf.until(() => deaf.looks() > 6);
  assert.deepEqual(deaf.tried, ['none by look 5'], 'not at once: it may be back');
  const refused = await machine(t, { models: 'refused', wanted: ['ink'] });
  await refused.until(() => refused.looks() > 2);
  assert.deepEqual(refused.tried, ['none by look 1'], 'which asking again does not mend');
});

test('what breaks off may still come in the next looks, and not for ever', async (t) => {
  const brief = await machine(t, { models: [modelOf('oil')], wanted: ['oil'], breaks: 2 });
  await brief.until(() => brief.looks() > 4);
  assert.deepEqual(brief.tried, ['some by look 3']);
  const long = await machine(t, { models: [modelOf('oil')], wanted: ['oil'], breaks: 100 });
  await long.until(() => long.looks() > 6);
  assert.deepEqual(long.tried, ['none by look 5']);
});
