import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { databaseGateways } from './testing/database-gateways.ts';
import { userToken } from './testing/start-gateway.ts';

const open = databaseGateways();

const shots = (...lines: readonly string[]) => lines.map((narration) => ({ narration, visual: { backdrop: 'halo' } }));
const filmOf = (...lines: readonly string[]) => ({ title: 'A cup', format: { aspect: '9:16' }, storyboard: shots(...lines) });

/** The problem that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<FilmwrightError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof FilmwrightError, String(error));
    return error;
  }
  assert.fail('the call was not refused');
}

test('a film is stored as it is written, faults and strange characters and all', async (context) => {
  const { client, url } = await open(context);
  const strange = 'a\u0000b \ud800 \u001b[0m <b>bold</b> \u202e';
  const document = { title: strange, storyboard: [{ narration: strange, colour: 'blue', [strange]: 1 }] };
  const made = await client.createFilm({ document, files: {}, note: 'first\u0000', session: 'tab\u0000' });
  assert.deepEqual((await client.getFilm(made.id)).document, document);
  assert.equal(made.title, 'a b \ufffd [0m <b>bold</b> \u202e');
  assert.equal(made.shots, 1);
  assert.ok(
    made.issues.some(({ path }) => path === 'storyboard[0].colour'),
    JSON.stringify(made.issues),
  );
  const long = { title: 'Long', storyboard: [{ narration: 'word '.repeat(40_000) }] };
  const saved = await client.saveFilm({ id: made.id, from: 1, document: long, files: {} });
  assert.deepEqual([saved.version, saved.title], [2, 'Long']);
  assert.ok(saved.issues.length > 0, 'a line of 200,000 characters is a fault of the film, not of the save');
  const { films } = await client.listFilms();
  assert.deepEqual(
    films.map(({ id, title, version }) => [id, title, version]),
    [[made.id, 'Long', 2]],
  );
  for (const document of [null, 'text', [], { title: 7, storyboard: 'none', format: null }]) {
    const odd = await client.createFilm({ document });
    assert.deepEqual([odd.document, odd.title, odd.shots], [document, 'Untitled', 0]);
  }
  const bare = await fetch(new URL(`/v1/films/${made.id}`, url), { headers: { authorization: `Bearer ${userToken}` } });
  assert.equal(bare.headers.get('etag'), '"2"');
});

test('what is too large, too deep or missing is refused with what was found and wanted, and changes nothing', async (context) => {
  const { client, call } = await open(context);
  const made = await client.createFilm({ document: filmOf('One.') });
  const large = await refusal(client.saveFilm({ id: made.id, from: 1, document: { title: 'x'.repeat(17 * 1024 ** 2) } }));
  assert.equal(large.code, 'document-too-large');
  assert.match(large.message, /17825\d{3} bytes; at most 16777216/);
  const tooDeep = `{"document":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'deep' };
  assert.match((await call({ method: 'POST', url: '/v1/films', headers, payload: tooDeep })).json().detail, /64 levels/);
  assert.match((await refusal(client.createFilm({ document: undefined }))).message, /found none/);
  assert.match(
    (await refusal(client.createFilm({ document: {}, files: { 'a\u0000.png': `sha256-${'0'.repeat(64)}` } }))).message,
    /control/,
  );
  assert.equal((await client.getFilm(made.id)).version, 1);
  // Ten million bytes are much, and taken.
  const much = { title: 'Much', storyboard: Array.from({ length: 500 }, () => ({ narration: 'y'.repeat(19_900) })) };
  assert.equal((await client.saveFilm({ id: made.id, from: 1, document: much })).shots, 500);
});

test('a save that was made from an older version is told who saved when, and overwrites nothing', async (context) => {
  const { client, call } = await open(context);
  const { id } = await client.createFilm({ document: filmOf('One.'), session: 'a' });
  const mine = await client.saveFilm({ id, from: 1, document: filmOf('One.', 'Two.'), session: 'a' });
  const conflict = await refusal(client.saveFilm({ id, from: 1, document: filmOf('Other.'), session: 'b' }));
  assert.equal(conflict.code, 'version-conflict');
  assert.deepEqual({ ...conflict.conflict, savedAt: '' }, { version: 2, session: 'a', savedAt: '' });
  assert.ok(Math.abs(Date.parse(conflict.conflict?.savedAt ?? '') - Date.parse(mine.changedAt)) < 1000);
  assert.deepEqual((await client.getFilm(id)).document, filmOf('One.', 'Two.'));
  // Said again, as after a reply that was lost, and saved without a change.
  assert.equal((await client.saveFilm({ id, from: 1, document: filmOf('One.', 'Two.'), session: 'a' })).version, 2);
  assert.equal((await client.saveFilm({ id, from: 2, document: filmOf('One.', 'Two.'), session: 'b' })).version, 2);
  const missing = await call({ method: 'PUT', url: `/v1/films/${id}`, payload: { document: {} } });
  assert.deepEqual([missing.statusCode, missing.json().code], [428, 'version-wanted']);
  const bad = await call({ method: 'PUT', url: `/v1/films/${id}`, headers: { 'if-match': '"new"' }, payload: { document: {} } });
  assert.equal(bad.statusCode, 400);
  assert.equal((await refusal(client.saveFilm({ id: id.replace(/^.{8}/, '00000000'), from: 1, document: {} }))).code, 'not-found');
});

test('the saves of one tab become one version, unless one was built, noted or brought back', async (context) => {
  const { client, sql } = await open(context);
  const { id } = await client.createFilm({ document: filmOf('0') });
  const listed = async () => (await client.listFilmVersions({ id })).versions;
  const save = async (from: number, line: string, more: { session?: string; note?: string; restored?: number } = {}) =>
    (await client.saveFilm({ id, from, document: filmOf(line), session: 'a', ...more })).version;
  assert.deepEqual([await save(1, '1'), await save(2, '2'), await save(3, '3')], [2, 3, 4]);
  assert.deepEqual(
    (await listed()).map(({ version }) => version),
    [4, 1],
  );
  assert.match((await listed())[0]?.changes[0]?.message ?? '', /“0” became “3”/);
  assert.equal((await client.getFilm(id, 3)).version, 3, 'what was just joined can still be read');
  assert.equal(await save(4, '4', { session: 'b' }), 5);
  assert.equal(await save(5, '5', { session: 'b', note: 'for Ada' }), 6);
  assert.equal(await save(6, '6', { session: 'b' }), 7);
  await client.createBuild({ film: { id, version: 7 }, purpose: 'check' });
  assert.equal(await save(7, '7', { session: 'b' }), 8);
  await client.createBuild({ film: { id, version: 5 }, purpose: 'check' });
  assert.equal(await save(8, '', { session: 'b', restored: 1 }), 9);
  assert.deepEqual((await client.getFilm(id)).document, filmOf('0'));
  assert.equal(await save(9, '9', { session: 'b' }), 10);
  assert.deepEqual(
    (await listed()).map(({ version, note, restored }) => [version, note, restored]),
    [
      [10, null, null],
      [9, null, 1],
      [8, null, null],
      [7, null, null],
      [6, 'for Ada', null],
      [5, null, null],
      [4, null, null],
      [1, null, null],
    ],
  );
  assert.deepEqual(
    (await client.listFilmVersions({ id, limit: 2, before: 9 })).versions.map(({ version }) => version),
    [8, 7],
  );
  // A name for what is there already makes no version; after two minutes a save is one of its own.
  assert.equal(await save(10, '9', { session: 'b', note: 'done' }), 10);
  assert.equal((await listed())[0]?.note, 'done');
  assert.equal(await save(10, '10', { session: 'b' }), 11);
  await sql(`update film_version set begun_at = now() - interval '3 minutes' where number = 11`);
  assert.equal(await save(11, '11', { session: 'b' }), 12);
  assert.deepEqual(
    (await listed()).slice(0, 2).map(({ version }) => version),
    [12, 11],
  );
  const builds = await client.listFilmBuilds({ id });
  assert.deepEqual(
    builds.builds.map(({ film }) => film),
    [id, id],
  );
});

test('whoever follows a film hears each save and its removal; its builds and what only they used go with it', async (context) => {
  const { client, sql } = await open(context);
  const digest = `sha256-${'a'.repeat(64)}`;
  const { id } = await client.createFilm({ document: filmOf('One.'), files: { 'a.png': digest }, session: 'a' });
  const kept = () => sql('select digest from kept_asset');
  assert.deepEqual(await kept(), [{ digest }]);
  const heard: string[] = [];
  for await (const event of client.followFilm({ id })) {
    heard.push(`${event.version} ${event.session} ${event.removed}`);
    if (event.removed) break;
    if (event.version === 1) await client.saveFilm({ id, from: 1, document: filmOf('Two.'), session: 'b' });
    else {
      await client.createBuild({ film: { id } });
      assert.equal((await client.listBuilds()).builds.length, 1);
      await client.removeFilm(id);
    }
  }
  assert.deepEqual(heard, ['1 a false', '2 b false', '2 b true']);
  assert.equal((await refusal(client.getFilm(id))).code, 'not-found');
  assert.equal((await refusal(client.removeFilm(id))).code, 'not-found');
  assert.deepEqual((await client.listBuilds()).builds, []);
  assert.deepEqual(await sql('select count(*)::int as n from film_version'), [{ n: 0 }]);
  assert.deepEqual(await kept(), []);
});

test('a bare document that is made is a version of the film with its title; one that is only looked at saves nothing', async (context) => {
  const { client, records, sql } = await open(context);
  await client.createBuild({ document: filmOf('One.'), purpose: 'check' });
  assert.deepEqual((await client.listFilms()).films, []);
  const build = await client.createBuild({ document: filmOf('One.') });
  const [film] = (await client.listFilms()).films;
  assert.deepEqual([film?.id, film?.title, film?.version, film?.aspect, film?.shots], [build.film, 'A cup', 1, '9:16', 1]);
  await client.createBuild({ document: filmOf('One.', 'Two.') });
  assert.equal((await client.createBuild({ document: filmOf('One.') })).film, build.film);
  assert.deepEqual(
    (await client.listFilmVersions({ id: build.film })).versions.map(({ version }) => version),
    [2, 1],
  );
  const stale = await refusal(client.saveFilm({ id: build.film, from: 1, document: filmOf('Three.') }));
  assert.equal(stale.conflict?.version, 2);
  const digest = `sha256-${'a'.repeat(64)}`;
  await records.createFilm({
    workspaceId: '00000000-0000-7000-8000-000000000001',
    ...{ document: {}, files: { 'a.png': digest }, title: 'T', aspect: '1:1', shots: 0, note: null, session: null },
  });
  assert.deepEqual(await sql('select digest from kept_asset'), [{ digest }]);
  const missing = await refusal(client.createBuild({ film: { id: build.film, version: 9 } }));
  assert.equal(missing.code, 'not-found');
});

test('a document that is looked at stands in the list of the film that it is of, and of no other of its title', async (context) => {
  const { client } = await open(context);
  const [first, second] = [await client.createFilm({ document: filmOf('One.') }), await client.createFilm({ document: filmOf('Two.') })];
  const part = filmOf('A part.');
  const looked = await client.createBuild({ document: part, of: second.id, purpose: 'preview' });
  const again = await client.createBuild({ document: part, of: first.id, purpose: 'preview' });
  const builds = async (id: string) => (await client.listFilmBuilds({ id })).builds.map((build) => build.id);
  assert.deepEqual([await builds(first.id), await builds(second.id)], [[again.id], [looked.id]]);
  assert.equal((await client.getFilm(second.id)).version, 1, 'nothing was saved');
  const another = { ...(part as object), title: 'Another film' };
  await client.createBuild({ document: another, of: second.id, purpose: 'preview' });
  const made = await client.createBuild({ document: another, purpose: 'make' });
  assert.notEqual(made.film, second.id, 'what was tried there and is made by itself is a film of its own');
  assert.equal((await client.getFilm(second.id)).version, 1);
  for (const [request, path] of [
    [{ document: part, of: second.id, purpose: 'make' }, 'of'],
    [{ film: { id: first.id }, of: second.id, purpose: 'preview' }, 'of'],
  ] as const)
    assert.equal((await refusal(client.createBuild(request))).issues[0]?.path, path);
  const gone = await refusal(client.createBuild({ document: part, of: '01a2015d-60af-712e-88ca-e1bf853ca2d6', purpose: 'preview' }));
  assert.deepEqual([gone.code, /There is no film 01a2015d/.test(gone.message)], ['not-found', true]);
});

test('eight tabs save at once: each save that was acknowledged is a version, and the numbers have no gaps', async (context) => {
  const { client } = await open(context);
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  context.diagnostic(`SEED=${seed}`);
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const { id } = await client.createFilm({ document: { saves: [] } });
  const acknowledged = new Map<number, string>();
  const tab = async (session: string) => {
    let film = await client.getFilm(id);
    for (let count = 0; count < 8; count++) {
      const name = `${session}${count}`;
      for (;;) {
        const saves = [...(film.document as { saves: string[] }).saves, name];
        try {
          film = await client.saveFilm({ id, from: film.version, document: { saves }, ...(random() < 0.5 ? { note: name } : {}) });
          assert.ok(!acknowledged.has(film.version), `version ${film.version} was given twice`);
          acknowledged.set(film.version, name);
          break;
        } catch (error) {
          if (!(error instanceof FilmwrightError) || error.code !== 'version-conflict') throw error;
          film = await client.getFilm(id);
        }
      }
    }
  };
  await Promise.all([...'abcdefgh'].map(tab));
  const numbers = [...acknowledged.keys()].sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: 64 }, (_, index) => index + 2),
  );
  const last = await client.getFilm(id);
  assert.deepEqual(
    (last.document as { saves: string[] }).saves,
    numbers.map((number) => acknowledged.get(number)),
  );
  assert.equal((await client.listFilmVersions({ id, limit: 200 })).versions.length, 65);
});
