import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { availableBytes, availablePart } from './available-memory.ts';
import { giveWay } from './give-way.ts';

test('on a machine that is short of memory the models of the GPU that has rested longest give way, one at a time, and none while there is enough', async (t) => {
  const left: string[] = [];
  const holder = (name: string, devices: readonly string[], idleSinceMs: number | null) => {
    const one = { devices, held: ['model a'] as readonly string[], idleSinceMs, close: () => {} };
    one.close = () => {
      left.push(name);
      one.held = [];
    };
    return one;
  };
  const executors = [holder('slot', [], 1), holder('late', ['GPU-1'], 9), holder('busy', ['GPU-2'], null), holder('long', ['GPU-3'], 5)];
  const parts: (number | null)[] = [0.5, null, 0.01, 0.01, 0.01, 0.01];
  const watching = giveWay({ executors, everyMs: 1, log: () => {}, available: () => parts.shift() ?? null });
  t.after(watching.close);
  while (parts.length > 0) await sleep(1);
  assert.deepEqual(left, ['long', 'late']);
});

test('memory is short by what the machine could give, or by the limit of its group, without the files that lie there for a while', (t) => {
  const at = mkdtempSync(join(tmpdir(), 'filmwright-memory-'));
  t.after(() => rmSync(at, { recursive: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(at, path, '..'), { recursive: true });
    writeFileSync(join(at, path), text);
  };
  const places = { proc: join(at, 'proc'), cgroups: join(at, 'groups') };
  const told = () => availablePart(places);
  assert.equal(told(), null);
  write('proc/meminfo', 'MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    600 kB\n');
  assert.equal(told(), 0.6);
  write('proc/self/cgroup', '0::/pod\n');
  write('groups/pod/memory.max', 'max\n');
  assert.equal(told(), 0.6);
  write('groups/pod/memory.max', '1000\n');
  write('groups/pod/memory.current', '900\n');
  write('groups/pod/memory.stat', 'anon 600\ninactive_file 250\nactive_file 50\n');
  assert.equal(told(), 0.4);
  assert.equal(availableBytes(places), 400, 'the limit of the group is less than the 600 KiB of the machine');
  write('groups/pod/memory.max', 'max\n');
  assert.equal(availableBytes(places), 600 * 1024);
});
