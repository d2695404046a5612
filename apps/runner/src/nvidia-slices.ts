/** A slice (MIG) of a GPU. Sizes are MiB. */
export type Slice = {
  readonly id: string;
  /** Such as `1g.10gb`, with `1c.` before it where it has but part of the units that compute there. */
  readonly profile: string;
  readonly vramMib: number;
  /** Its part of what is free there; null where the driver does not tell. */
  readonly freeMib: number | null;
  /** Slices that compute in the same memory, itself included. */
  readonly sharing: readonly string[];
  /** Programs that have memory there; MiB that are not told are no number. */
  readonly programs: readonly { readonly pid: number; readonly mib: number }[];
};

/** The answers of nvidia-smi that tell of slices. */
export type SliceAnswers = {
  /** `-L`: GPUs and their slices by name, none of which the other one tells. */
  readonly list: string | null;
  /** `-q -x`: each slice by its place on its GPU, with its memory; null where it was not asked or could not answer. */
  readonly report: string | null;
};

/** A profile names its memory rounded up: 1g.5gb has 4864 MiB. */
const shareOfProfile = 0.95;

/** Slices by the GPU that they are of. */
export function slicesOf({ list, report }: SliceAnswers): ReadonlyMap<string, readonly Slice[]> {
  const reports = gpuReports(report ?? '');
  const found = new Map<string, Listed[]>();
  let gpu = '';
  for (const line of (list ?? '').split('\n')) {
    gpu = /^GPU \d+:.*\(UUID: (GPU-[^)]+)\)/.exec(line)?.[1] ?? gpu;
    const [, profile = '', gigabytes = '', place = '', id = ''] =
      /^\s+MIG (\S*?(\d+)gb\S*)\s+Device\s+(\d+): \(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    if (id === '') continue;
    const namedMib = Math.floor(Number(gigabytes) * 1024 * shareOfProfile);
    found.set(gpu, [...(found.get(gpu) ?? []), { id, profile, namedMib, memory: memoryAt(reports.get(gpu) ?? '', place) }]);
  }
  return new Map([...found].map(([name, listed]) => [name, listed.map((one) => sliceOf(one, listed))]));
}

type Memory = Pick<Slice, 'programs'> & { readonly vramMib: number; readonly freeMib: number; readonly instance: string | null };
type Listed = Pick<Slice, 'id' | 'profile'> & { readonly namedMib: number; readonly memory: Memory | null };

function sliceOf({ id, profile, namedMib, memory }: Listed, beside: readonly Listed[]): Slice {
  if (memory === null) return { id, profile, vramMib: namedMib, freeMib: null, sharing: [id], programs: [] };
  const sharing = beside.filter((other) => other.memory?.instance === memory.instance).map((other) => other.id);
  const { vramMib, freeMib, programs } = memory;
  return { id, profile, vramMib, freeMib: Math.floor(freeMib / sharing.length), sharing, programs };
}

/** What the driver reports of each GPU, by its name. */
function gpuReports(report: string): ReadonlyMap<string, string> {
  const parts = report.split(/<gpu id=/).slice(1);
  return new Map(parts.map((part) => [/<uuid>\s*(GPU-[^<\s]+)/.exec(part)?.[1] ?? '', part]));
}

/** The memory of the slice at this place of a GPU, whoever shares it; null where the report does not have it. */
function memoryAt(report: string, place: string): Memory | null {
  const own = blocks(report, 'mig_device').find((slice) => textOf(slice, 'index') === place) ?? '';
  const memory = blocks(own, 'fb_memory_usage')[0] ?? '';
  const [vramMib, freeMib] = [mibOf(memory, 'total'), mibOf(memory, 'free')];
  if (!(vramMib > 0) || Number.isNaN(freeMib)) return null;
  const instance = textOf(own, 'gpu_instance_id');
  const programs = blocks(report, 'process_info')
    .filter((program) => textOf(program, 'gpu_instance_id') === instance)
    .map((program) => ({ pid: Number(textOf(program, 'pid')), mib: mibOf(program, 'used_memory') }));
  return { vramMib, freeMib, instance, programs };
}

function blocks(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map((match) => match[1] ?? '');
}

function textOf(block: string, name: string): string | null {
  return new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(block)?.[1] ?? null;
}

/** No number where it is `N/A`. */
function mibOf(block: string, name: string): number {
  return Number(/^(\d+) MiB$/.exec(textOf(block, name) ?? '')?.[1] ?? Number.NaN);
}
