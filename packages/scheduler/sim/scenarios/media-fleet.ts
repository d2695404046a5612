import type { ModelFacts, RunnerFacts } from '../../src/demand.ts';
import { plainKind, type TaskKind } from '../workload.ts';

/** Models of a mixed fleet, as large and as slow to load as open weights of such kinds are (bf16, NVMe at some 2 GB/s). */
export const mediaModels: readonly ModelFacts[] = [
  { id: 'picture', vramMib: 24 * 1024, hostMib: 24 * 1024, warmMs: 2000, coldMs: 14_000, fetchMs: 60_000 },
  { id: 'picture-edit', vramMib: 40 * 1024, hostMib: 40 * 1024, warmMs: 3000, coldMs: 24_000, fetchMs: 100_000 },
  { id: 'voice', vramMib: 6 * 1024, hostMib: 6 * 1024, warmMs: 700, coldMs: 5000, fetchMs: 15_000 },
  { id: 'matte', vramMib: 4 * 1024, hostMib: 4 * 1024, warmMs: 500, coldMs: 4000, fetchMs: 10_000 },
  { id: 'upscale', vramMib: 8 * 1024, hostMib: 8 * 1024, warmMs: 900, coldMs: 6000, fetchMs: 20_000 },
  { id: 'video', vramMib: 54 * 1024, hostMib: 54 * 1024, warmMs: 4000, coldMs: 40_000, fetchMs: 140_000 },
];

/** Everything that those models do. */
export const mediaCapabilities = ['picture', 'picture-edit', 'voice', 'matte', 'upscale', 'video'] as const;

const mediaKind = (model: (typeof mediaCapabilities)[number], seconds: readonly [number, number]): TaskKind => ({
  ...plainKind,
  capability: model,
  model,
  leastMs: seconds[0] * 1000,
  mostMs: seconds[1] * 1000,
  estimateSpread: 0.2,
});

/** Tasks by model: durations on one H100, the planner's estimates off by a fifth. */
export const mediaKinds = {
  picture: { ...mediaKind('picture', [5, 9]), batchMost: 4 },
  pictureEdit: mediaKind('picture-edit', [10, 25]),
  voice: { ...mediaKind('voice', [2, 6]), vramMib: 2048 },
  matte: { ...mediaKind('matte', [3, 20]), vramMib: 2048 },
  upscale: { ...mediaKind('upscale', [10, 40]), vramMib: 6144 },
  video: { ...mediaKind('video', [110, 200]), vramMib: 16 * 1024, bordersMs: 4000 },
} as const satisfies Record<string, TaskKind>;

/** Hosts of as many H100s as said, with all weights on their disks. */
export const mediaHosts = (fleet: { readonly hosts: number; readonly gpus: number; readonly hostMib: number }): readonly RunnerFacts[] =>
  Array.from({ length: fleet.hosts }, (_, host) => ({
    id: `host-${host + 1}`,
    pool: 'gpu',
    region: host % 2 === 0 ? 'north' : 'south',
    capabilities: mediaCapabilities,
    slots: 0,
    devices: Array.from({ length: fleet.gpus }, (__, gpu) => ({
      id: `gpu-${gpu}`,
      product: 'H100',
      vramMib: 80 * 1024,
      fabric: 'nvswitch',
    })),
    hostMib: fleet.hostMib,
    onDisk: mediaModels.map(({ id }) => id),
    inMemory: [],
    resident: [],
    draining: false,
  }));
