import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nvidiaDevices, visibleDevices } from './nvidia-devices.ts';
import { sliceList, sliceReportOf } from './testing/sliced-gpu.ts';

const place = { host: 'box', numaOf: (bus: string) => (bus === '0000:65:00.0' ? 1 : null) };
const details = (driver: string, cuda: string): string =>
  `==============NVSMI LOG==============\n\nDriver Version                            : ${driver}\nCUDA Version                              : ${cuda}\n\nAttached GPUs : 1\n`;
const gpu = (index: number, rest: string): string => `${index}, GPU-0000000${index}-aaaa-bbbb-cccc-dddddddddddd, ${rest}`;

test('whole GPUs come with memory, versions, NUMA node and the fabric that NVLink makes of them', () => {
  const topology = [
    '\tGPU0\tGPU1\tGPU2\tGPU3\tCPU Affinity\tNUMA Affinity',
    'GPU0\t X \tNV12\tSYS\tSYS\t0-31\t0',
    'GPU1\tNV12\t X \tSYS\tSYS\t0-31\t0',
    'GPU2\tSYS\tSYS\t X \tPHB\t32-63\t1',
    'GPU3\tSYS\tSYS\tPHB\t X \t32-63\t1',
    '',
    'Legend:',
    '  X    = Self',
  ].join('\n');
  const gpus = [0, 1, 2, 3]
    .map((index) => gpu(index, `NVIDIA H100 80GB HBM3, 81559, ${81_000 - index}, 550.54.15, 00000000:${index === 2 ? '65' : '17'}:00.0`))
    .join('\n');
  const { devices, warnings } = nvidiaDevices(
    { gpus: `${gpus}\n`, list: null, report: null, details: details('550.54.15', '12.4'), topology },
    place,
  );
  assert.deepEqual(warnings, []);
  assert.deepEqual(
    devices.map(({ fabric, freeMib, numaNode }) => ({ fabric, freeMib, numaNode })),
    [
      { fabric: 'box/0', freeMib: 81_000, numaNode: null },
      { fabric: 'box/0', freeMib: 80_999, numaNode: null },
      { fabric: 'box/2', freeMib: 80_998, numaNode: 1 },
      { fabric: 'box/3', freeMib: 80_997, numaNode: null },
    ],
  );
  const [first] = devices;
  assert.deepEqual(
    { product: first?.product, vramMib: first?.vramMib, driver: first?.driver, cuda: first?.cuda, slice: first?.slice },
    { product: 'NVIDIA H100 80GB HBM3', vramMib: 81_559, driver: '550.54.15', cuda: '12.4', slice: null },
  );
});

test('a GPU that is cut in slices is offered as its slices, with what is free of the memory of each', () => {
  const list = sliceList(['3g.20gb', '1g.5gb+me', '1c.2g.10gb', '1c.2g.10gb']);
  const report = sliceReportOf([
    { instance: 2, totalMib: 19_968, freeMib: 5_900 },
    { instance: 9, totalMib: 4_864, freeMib: 4_864 },
    // Two that compute in the same memory have half of what is free there each.
    { instance: 5, totalMib: 9_856, freeMib: 9_001 },
    { instance: 5, totalMib: 9_856, freeMib: 9_001 },
  ]);
  const gpus = [0, 1].map((index) => gpu(index, 'NVIDIA A100-SXM4-40GB, 40960, 40000, 535.104.05, 00000000:65:00.0')).join('\n');
  const { devices, warnings } = nvidiaDevices({ gpus, list, report, details: null, topology: null }, place);
  assert.deepEqual(
    devices.map(({ id, slice, vramMib, freeMib }) => [id.slice(0, 12), slice, vramMib, freeMib]),
    [
      ['MIG-00000000', '3g.20gb', 19_968, 5_900],
      ['MIG-00000001', '1g.5gb+me', 4_864, 4_864],
      ['MIG-00000002', '1c.2g.10gb', 9_856, 4_500],
      ['MIG-00000003', '1c.2g.10gb', 9_856, 4_500],
      ['GPU-00000001', null, 40_960, 40_000],
    ],
  );
  assert.deepEqual(warnings, []);
});

test('slices whose memory the driver does not tell are offered by their profiles, and it is said; a container that may not see the memory of their GPU has them too', () => {
  const list = sliceList(['3g.20gb', '1g.5gb+me']);
  const hidden = '[Insufficient Permissions]';
  const gpus = gpu(0, `NVIDIA A100-SXM4-40GB, ${hidden}, ${hidden}, 535.104.05, 00000000:65:00.0`);
  const answers = { gpus, list, details: null, topology: null };
  const { devices, warnings } = nvidiaDevices({ ...answers, report: null }, place);
  assert.deepEqual(
    devices.map(({ vramMib, freeMib }) => [vramMib, freeMib]),
    [
      [19_456, 19_456],
      [4_864, 4_864],
    ],
  );
  assert.match(warnings[0] ?? '', /no free memory of the slice 3g\.20gb \(MIG-00000000.*\) of NVIDIA A100.*hide it/);
  assert.equal(warnings.length, 2);
  const report = sliceReportOf([
    { instance: 2, totalMib: 19_968, freeMib: 0 },
    { instance: 9, totalMib: null, freeMib: null },
  ]);
  const measured = nvidiaDevices({ ...answers, report }, place);
  assert.deepEqual(
    measured.devices.map(({ freeMib }) => freeMib),
    [0, 4_864],
  );
  assert.deepEqual(
    measured.warnings.map((text) => /slice (\S+)/.exec(text)?.[1]),
    ['1g.5gb+me'],
  );
});

test('a driver that is too old for CUDA is named, and its GPU is not offered', () => {
  const gpus = gpu(0, 'Tesla V100-PCIE-16GB, 16160, 16000, 470.82.01, 00000000:65:00.0');
  const { devices, warnings } = nvidiaDevices(
    { gpus, list: null, report: null, details: details('470.82.01', '11.4'), topology: null },
    place,
  );
  assert.deepEqual(devices, []);
  assert.match(warnings[0] ?? '', /V100.*470\.82\.01, which speaks CUDA 11\.4; wanted 525\.60\.13/);
  const silent = nvidiaDevices({ gpus, list: null, report: null, details: null, topology: null }, place);
  assert.match(silent.warnings[0] ?? '', /470\.82\.01; wanted 525\.60\.13/);
});

test('a GPU without memory of its own to tell is named and left out', () => {
  const gpus = gpu(0, 'NVIDIA GB10, [N/A], [N/A], 580.95.05, 0000000F:01:00.0');
  const { devices, warnings } = nvidiaDevices({ gpus, list: null, report: null, details: null, topology: null }, place);
  assert.deepEqual(devices, []);
  assert.match(warnings[0] ?? '', /no memory.*GB10/);
});

test('devices that CUDA_VISIBLE_DEVICES hides are not offered', () => {
  const gpus = [0, 1, 2].map((index) => gpu(index, 'NVIDIA L4, 23034, 23000, 550.54.15, 00000000:65:00.0')).join('\n');
  const { devices } = nvidiaDevices({ gpus, list: null, report: null, details: null, topology: null }, place);
  const seen = (said: string | undefined): readonly string[] => visibleDevices(devices, said).map(({ id }) => id.slice(11, 12));
  assert.deepEqual(
    [undefined, '', '0, 2', 'GPU-00000001', '-1'].map((said) => seen(said).join('')),
    ['012', '012', '02', '1', ''],
  );
});
