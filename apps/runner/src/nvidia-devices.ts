import { stripVTControlCharacters } from 'node:util';
import type { Device } from '@filmwright/contracts';
import { type SliceAnswers, slicesOf } from './nvidia-slices.ts';

/** What `nvidia-smi` said to each question; null where it was not asked or could not answer. */
export type NvidiaAnswers = SliceAnswers & {
  /** `--query-gpu=index,uuid,name,memory.total,memory.free,driver_version,pci.bus_id --format=csv,noheader,nounits` */
  readonly gpus: string;
  /** `-q`: begins with the versions of driver and CUDA. */
  readonly details: string | null;
  /** `topo -m`: who is connected how. */
  readonly topology: string | null;
};

export type FoundDevices = { readonly devices: readonly Device[]; readonly warnings: readonly string[] };

export const gpuQuery = 'index,uuid,name,memory.total,memory.free,driver_version,pci.bus_id';

/** Every CUDA 12 runs from this driver on (CUDA compatibility guide of NVIDIA, table of minor version compatibility). */
const leastCuda = 12;
const leastDriver = '525.60.13';

type Gpu = {
  readonly index: string;
  readonly id: string;
  readonly product: string;
  /** Null where it is not told: of one that is cut in slices containers may not be. */
  readonly memory: { readonly vramMib: number; readonly freeMib: number } | null;
  readonly driver: string;
  readonly bus: string;
};

/** GPUs and slices by what `nvidia-smi` said; `host` names the machine, `numaOf` the node of a PCI address such as `0000:65:00.0`. */
export function nvidiaDevices(
  answers: NvidiaAnswers,
  { host, numaOf }: { readonly host: string; readonly numaOf: (bus: string) => number | null },
): FoundDevices {
  const warnings: string[] = [];
  const cuda = /CUDA Version\s*:\s*([\d.]+)/.exec(answers.details ?? '')?.[1] ?? null;
  const fabrics = fabricsOf(answers.topology);
  const slices = slicesOf(answers);
  const devices: Device[] = [];
  for (const line of answers.gpus.split('\n').filter((each) => each.trim() !== '')) {
    const gpu = gpuOf(line);
    const parts = slices.get(gpu?.id ?? '') ?? [];
    if (gpu === null || (gpu.memory === null && parts.length === 0)) {
      warnings.push(`nvidia-smi tells no memory of a GPU, which is not offered: ${line.trim()}.`);
      continue;
    }
    const { id, product, memory, driver } = gpu;
    const old = tooOld({ driver, cuda });
    if (old !== null) {
      warnings.push(`${product}: ${old} It is not offered.`);
      continue;
    }
    const shared = { product, driver, cuda, numaNode: numaOf(gpu.bus), fabric: `${host}/${fabrics.get(gpu.index) ?? gpu.index}` };
    // A GPU that is cut in slices runs nothing as a whole.
    if (parts.length === 0 && memory !== null) devices.push({ id, ...memory, slice: null, ...shared });
    for (const { id: part, profile, vramMib, freeMib } of parts) {
      // Slices reach nobody directly.
      devices.push({ id: part, vramMib, freeMib: freeMib ?? vramMib, slice: profile, ...shared, fabric: `${host}/${part}` });
      if (freeMib !== null) continue;
      warnings.push(
        `nvidia-smi tells no free memory of the slice ${profile} (${part}) of ${product}; all that its profile has is taken to be free. Where programs beside this runner compute on it, hide it with CUDA_VISIBLE_DEVICES.`,
      );
    }
  }
  return { devices, warnings };
}

/** Those of the devices that CUDA_VISIBLE_DEVICES lets programs see: by the beginnings of their names, or by their places; all where it is not set. */
export function visibleDevices(devices: readonly Device[], said: string | undefined): readonly Device[] {
  if (said === undefined || said.trim() === '') return devices;
  const wanted = said.split(',').map((each) => each.trim());
  return devices.filter(({ id }, place) =>
    wanted.some((one) => (/^\d+$/.test(one) ? Number(one) === place : one !== '' && id.startsWith(one))),
  );
}

function gpuOf(line: string): Gpu | null {
  const [index = '', id = '', product = '', total = '', free = '', driver = '', bus = ''] = line.split(',').map((each) => each.trim());
  if (!id.startsWith('GPU-')) return null;
  const [vramMib, freeMib] = [Number(total), Number(free)];
  const memory = Number.isInteger(vramMib) && vramMib > 0 && Number.isInteger(freeMib) ? { vramMib, freeMib } : null;
  // The driver writes eight digits for the domain, the kernel four.
  return { index, id, product, memory, driver, bus: bus.toLowerCase().replace(/^0{4}(?=[0-9a-f]{4}:)/, '') };
}

function tooOld({ driver, cuda }: { readonly driver: string; readonly cuda: string | null }): string | null {
  const major = cuda === null ? null : Number(cuda.split('.')[0]);
  const old = major === null ? isBefore(driver, leastDriver) : major < leastCuda;
  if (!old) return null;
  const speaks = cuda === null ? '' : `, which speaks CUDA ${cuda}`;
  return `its driver is ${driver}${speaks}; wanted ${leastDriver} or newer, for CUDA ${leastCuda}. Update the driver and start the runner again.`;
}

function isBefore(found: string, wanted: string): boolean {
  const [left, right] = [found, wanted].map((version) => version.split('.').map(Number));
  for (const [index, part] of (right ?? []).entries()) {
    const here = left?.[index] ?? 0;
    if (here !== part) return here < part;
  }
  return false;
}

/** By the index of each GPU, the lowest index that it reaches over NVLink (NV1, NV2, ... in the matrix). */
function fabricsOf(topology: string | null): ReadonlyMap<string, string> {
  const rows = stripVTControlCharacters(topology ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const columns =
    rows.find((row) => row[0] === 'GPU0' && row[1]?.startsWith('GPU')) ??
    rows.find((row) => row.includes('GPU0') && !row.includes('X')) ??
    [];
  const fabric = new Map<string, string>();
  const join = (one: string, other: string): void => {
    const [from, to] = [fabric.get(one) ?? one, fabric.get(other) ?? other].sort((a, b) => Number(a) - Number(b));
    for (const [index, name] of fabric) if (name === to) fabric.set(index, from ?? name);
    fabric.set(one, from ?? one);
    fabric.set(other, from ?? other);
  };
  for (const row of rows) {
    const own = /^GPU(\d+)$/.exec(row[0] ?? '')?.[1];
    if (own === undefined || !row.includes('X')) continue;
    for (const [column, name] of columns.entries()) {
      const other = /^GPU(\d+)$/.exec(name)?.[1];
      if (other !== undefined && /^NV\d+$/.test(row[column + 1] ?? '')) join(own, other);
    }
  }
  return fabric;
}
