import assert from 'node:assert/strict';
import { get } from 'node:http';
import { test } from 'node:test';
import { createMetrics } from './create-metrics.ts';
import { serveMetrics, serveMetricsByEnvironment } from './serve-metrics.ts';
import { readMetrics } from './testing/read-metrics.ts';

test('P4: figures are told in the text format, with values that move', async () => {
  const metrics = createMetrics({ role: 'runner' });
  const tasks = metrics.counter({ name: 'filmwright_tasks_total', help: 'Tasks.\nBy \\ kind.', labels: ['kind'] });
  const slots = metrics.gauge({ name: 'filmwright_slots_busy', help: 'Slots.' });
  const took = metrics.histogram({ name: 'filmwright_task_seconds', help: 'Time.', labels: ['kind'], buckets: [0.1, 1] });
  const odd = 'a "b" \\ c\nd,e="f"}';
  tasks.add({ kind: odd });
  tasks.add({ kind: odd }, 2);
  slots.set({}, 2);
  slots.add({}, -1);
  for (const seconds of [0.05, 0.1, 0.5, 7]) took.observe({ kind: 'mix' }, seconds);
  const { sum, samples } = readMetrics(await metrics.text());
  assert.equal(sum('filmwright_tasks_total', { kind: odd }), 3);
  assert.equal(sum('filmwright_slots_busy'), 1);
  assert.deepEqual(
    samples.filter(({ name }) => name === 'filmwright_task_seconds_bucket').map(({ labels, value }) => [labels.le, value]),
    [
      ['0.1', 2],
      ['1', 3],
      ['+Inf', 4],
    ],
  );
  assert.equal(Math.round(sum('filmwright_task_seconds_sum') * 100), 765);
  assert.equal(sum('filmwright_role', { role: 'runner' }), 1);
  assert.ok(sum('process_resident_memory_bytes') > 1e6 && sum('process_cpu_seconds_total') > 0);
  const later = readMetrics(await metrics.text());
  assert.ok(later.sum('process_cpu_seconds_total') > sum('process_cpu_seconds_total'));
});

test('P4: names, labels and counters that go down are refused where they are written', () => {
  const metrics = createMetrics({ role: 'runner' });
  const tasks = metrics.counter({ name: 'filmwright_tasks_total', help: 'Tasks.', labels: ['kind'] });
  assert.throws(() => tasks.add(), /has the labels kind; found \(none\)/);
  assert.throws(() => tasks.add({ kind: 'mix', state: 'x' }), /found kind, state/);
  assert.throws(() => tasks.add({ kind: 'mix' }, -1), /only grows/);
  assert.throws(() => metrics.gauge({ name: 'filmwright_tasks_total', help: 'Again.' }), /two metrics/);
  assert.throws(() => metrics.gauge({ name: 'filmwright-tasks', help: 'Dash.' }), /no name/);
});

test('P4: what cannot be read just now is counted, and the rest is told', async () => {
  const metrics = createMetrics({ role: 'controller' });
  const waiting = metrics.gauge({ name: 'filmwright_tasks_waiting', help: 'Tasks.', labels: ['kind'] });
  let isAway = false;
  metrics.beforeReading(() => {
    waiting.clear();
    if (isAway) throw new Error('the database is away');
    waiting.set({ kind: 'mix' }, 7);
  });
  assert.equal(readMetrics(await metrics.text()).sum('filmwright_tasks_waiting'), 7);
  isAway = true;
  const { sum, samples } = readMetrics(await metrics.text());
  assert.equal(samples.filter(({ name }) => name === 'filmwright_tasks_waiting').length, 0);
  assert.equal(sum('filmwright_reading_failures_total'), 1);
});

test('P5: figures are served on loopback, to those who name this machine; a port that is taken keeps nobody from working', async () => {
  const metrics = createMetrics({ role: 'runner' });
  const server = await serveMetrics({ metrics, port: 0 });
  try {
    const reply = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    assert.equal(reply.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(readMetrics(await reply.text()).sum('filmwright_role'), 1);
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/`)).status, 404);
    const warnings: string[] = [];
    const warn = (message: string): void => void warnings.push(message);
    const env = { FILMWRIGHT_METRICS_PORT: String(server.port) };
    assert.equal(await serveMetricsByEnvironment(metrics, { env, warn }), null);
    assert.equal(await serveMetricsByEnvironment(metrics, { env: { FILMWRIGHT_METRICS_PORT: 'x' }, warn }), null);
    assert.equal(await serveMetricsByEnvironment(metrics, { env: {}, warn }), null);
    assert.equal(warnings.length, 2);
  } finally {
    await server.close();
  }
});

test('P5: figures are served to others for a token alone, and not at all on an address of others without one', async () => {
  const metrics = createMetrics({ role: 'controller' });
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const env = { FILMWRIGHT_METRICS_PORT: '0', FILMWRIGHT_METRICS_HOST: '0.0.0.0' };
  assert.equal(await serveMetricsByEnvironment(metrics, { env, warn }), null);
  assert.equal(await serveMetricsByEnvironment(metrics, { env: { ...env, FILMWRIGHT_METRICS_TOKEN: 'short' }, warn }), null);
  assert.match(warnings.join(), /others reach them; wanted FILMWRIGHT_METRICS_TOKEN.*at least 16/);
  const token = 'figures-of-the-studio';
  const server = await serveMetricsByEnvironment(metrics, { env: { ...env, FILMWRIGHT_METRICS_TOKEN: token }, warn });
  assert.ok(server);
  // A caller of elsewhere names another host; `fetch` would not let it be named.
  const status = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const of = { port: server.port, path: '/metrics', headers: { host: 'studio.example', ...headers } };
      get(of, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      }).once('error', reject);
    });
  try {
    assert.equal(await status({}), 401);
    assert.equal(await status({ authorization: 'Bearer figures-of-the-studi0' }), 401);
    assert.equal(await status({ authorization: `Bearer ${token}` }), 200);
    assert.equal(await status({ host: 'localhost' }), 200);
  } finally {
    await server.close();
  }
});
