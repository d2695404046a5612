import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mostSlots } from '@filmwright/contracts';
import { type JoiningWords, readJoining } from './read-joining.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'filmwright-join-'));
after(() => rmSync(home, { recursive: true }));
/** Nobody listens there. */
const away = 'http://127.0.0.1:2';

type Said = { readonly status: number; readonly out: string; readonly err: string };

/** Runs `filmwright runner` as it is typed. */
function runner(...words: readonly string[]): Promise<Said> {
  const env = { ...process.env, FILMWRIGHT_HOME: home };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'runner', ...words], { env }, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('what cannot be meant by whoever joins is refused by the name of its option', () => {
  const slots = (found: string): string => `--slots is ${JSON.stringify(found)}; wanted a whole number from 1 to ${mostSlots}.`;
  const wrong: readonly (readonly [Partial<JoiningWords>, string])[] = [
    ...['abc', '0', '1.5', String(mostSlots + 1)].map((found) => [{ slots: found }, slots(found)] as const),
    [{ metricsPort: '70000' }, '--metrics-port is "70000"; wanted a whole number from 0 to 65535.'],
    [{ pool: 'GPU Pool!' }, '--pool is "GPU Pool!"; wanted small letters, digits and dashes, of which the first is no dash.'],
    [{ pool: 'p'.repeat(64) }, `--pool is "${'p'.repeat(64)}"; wanted 63 characters at most.`],
    [{ grace: '25d' }, '--grace is "25d"; wanted 24 days at most.'],
    [{ grace: 'long' }, '--grace is "long"; wanted a time such as 90s, 10m or 2h.'],
    [{ region: 'e'.repeat(101) }, `--region is "${'e'.repeat(101)}"; wanted 100 characters at most.`],
    ...['studio.example', 'http://studio.example:7070', ''].map(
      (url) =>
        [
          { join: url },
          `--join is ${JSON.stringify(url)}; wanted https://HOST:PORT, or http://127.0.0.1:PORT on the gateway's own machine or through a tunnel.`,
        ] as const,
    ),
  ];
  for (const [words, message] of wrong) assert.throws(() => readJoining({ join: away, ...words }), { code: 'request-invalid', message });
  assert.deepEqual(readJoining({ join: away, slots: String(mostSlots), grace: '2m', region: '', metricsPort: '' }), {
    ...{ FILMWRIGHT_JOIN: away, FILMWRIGHT_SLOTS: String(mostSlots), FILMWRIGHT_GRACE_MS: '120000' },
    ...{ FILMWRIGHT_REGION: '', FILMWRIGHT_METRICS_PORT: '' },
  });
});

test('no runner is started for what is refused', { timeout: 60_000 }, async () => {
  const err = `The request is not valid: --slots is "abc"; wanted a whole number from 1 to ${mostSlots}.\n`;
  assert.deepEqual(await runner('--join', away, '--slots', 'abc'), { status: 2, out: '', err });
});

test('without a word runners are listed, as by `runner list`', { timeout: 60_000 }, async (context) => {
  const answers: Readonly<Record<string, unknown>> = {
    '/v1/runners': { runners: [], credentials: [] },
    '/v1/fleet': { runners: [] },
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[request.url ?? '']));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const place = ['--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--token', 'secret'];
  const bare = await runner(...place);
  assert.deepEqual([bare.status, bare.err, asked.sort()], [0, '', ['/v1/fleet', '/v1/runners']]);
  assert.deepEqual(await runner('list', ...place), bare);
  const forgotten = await runner('--slots', '2', '--pool', 'gpu', ...place);
  assert.deepEqual([forgotten.status, forgotten.out], [2, '']);
  assert.match(forgotten.err, /takes no --pool and --slots\. To work for a platform say `runner --join URL`/);
});

test('a token is drawn for no pool that a runner cannot join', { timeout: 60_000 }, async () => {
  const err = 'The request is not valid: --pool is "GPU Pool!"; wanted small letters, digits and dashes, of which the first is no dash.\n';
  assert.deepEqual(await runner('token', '--pool', 'GPU Pool!'), { status: 2, out: '', err });
});

test('what only the runner finds out is told once, as a problem of its own code', { timeout: 180_000 }, async () => {
  const broken = await runner('--join', away, '--token', 'fwj1.half');
  assert.deepEqual([broken.status, broken.out], [2, '']);
  assert.match(broken.err, /^The request is not valid: The token to join, which --token gives, is not whole; wanted .*\n$/);
  const none = await runner('--join', away, '--json');
  assert.equal(none.status, 1);
  const { code, title, detail } = JSON.parse(none.out) as Readonly<Record<string, string>>;
  assert.deepEqual([code, title], ['unauthorized', 'A token is wanted']);
  assert.match(detail ?? '', /^This runner has no credential in .* join with --token\.$/);
  assert.equal(none.err, '');
});
