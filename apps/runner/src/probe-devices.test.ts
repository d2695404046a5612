import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { probeDevices, whyNoDevices } from './probe-devices.ts';
import { sliceList, sliceReportOf } from './testing/sliced-gpu.ts';

/** Has nvidia-smi do what these lines of a shell say. */
function driver(t: TestContext, lines: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-smi-'));
  writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(join(folder, 'nvidia-smi'), 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}${delimiter}${path}`;
  t.after(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });
}

/** An answer to one question of nvidia-smi. */
const answer = (asked: string, text: string): string => `  ${asked}) cat <<'END'\n${text}\nEND\n  ;;`;

test('a driver that is not of the version of its library is named with what to do, and no GPU is offered', async (t) => {
  driver(t, ["echo 'Failed to initialize NVML: Driver/library version mismatch'", "echo 'NVML library version: 580.126'", 'exit 18']);
  const { devices, warnings } = await probeDevices();
  assert.deepEqual(devices, []);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    /GPUs are not offered: Failed to initialize NVML: Driver\/library version mismatch NVML library version: 580\.126\. .*restart the machine.*start the runner again/,
  );
  assert.match(whyNoDevices('Driver/library version mismatch', '575.57.08'), /kernel runs driver 575\.57\.08, which is not of the version/);
});

test('what nvidia-smi says when it fails otherwise is told, without a cause that is not known', async (t) => {
  driver(t, [
    'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver. Make sure that it is running." >&2',
    'exit 9',
  ]);
  const [warning = ''] = (await probeDevices()).warnings;
  assert.match(warning, /couldn't communicate with the NVIDIA driver\. Make sure that it is running\. Mend the driver/);
  assert.doesNotMatch(warning, /restart/);
});

test('the driver is asked what is free on slices', async (t) => {
  const slices = [{ instance: 2, totalMib: 19_968, freeMib: 5_900 }];
  driver(t, [
    'case "$*" in',
    answer('--query-gpu=*', '0, GPU-00000000-aaaa-bbbb-cccc-dddddddddddd, NVIDIA A100, 40960, 40000, 535.104.05, 00000000:65:00.0'),
    answer('-L', sliceList(['3g.20gb'])),
    answer("'-q -x'", sliceReportOf(slices)),
    'esac',
  ]);
  const { devices, warnings } = await probeDevices();
  assert.deepEqual(
    devices.map(({ slice, freeMib }) => [slice, freeMib]),
    [['3g.20gb', 5_900]],
  );
  assert.deepEqual(warnings, []);
});
