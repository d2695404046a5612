import type { CacheReport, Fleet, FleetRunner, TaskKind } from '@filmwright/contracts';

/** What a kind of work is called where people see it at work. */
export const kindNames: Readonly<Record<TaskKind, string>> = {
  normalise: 'preparing a clip',
  inspect: 'looking at a file',
  storyboard: 'writing a storyboard',
  speak: 'speaking',
  align: 'timing words',
  mouth: 'measuring speech',
  cutout: 'cutting out',
  'find-subject': 'finding the subject',
  'cutout-clip': 'cutting out of a clip',
  generate: 'drawing pictures from words',
  interpolate: 'smoothing slow motion',
  upscale: 'making a picture larger',
  'upscale-clip': 'making a clip larger',
  review: 'reviewing a picture',
  encode: 'drawing frames',
  mix: 'mixing sound',
  subtitles: 'writing subtitles',
  fragment: 'laying out sound',
  thumbnails: 'taking small pictures',
  assemble: 'joining the film',
  timeline: 'writing a timeline',
  'measure-sound': 'measuring sound',
  measure: 'measuring the film',
  frame: 'drawing a frame',
  drill: 'a drill',
};

/** Processes and GPUs of a runner that are taken, and how many it has; tasks that run as one share a process. */
export function placesOf({ slots, devices, tasks }: Pick<FleetRunner, 'slots' | 'devices' | 'tasks'>): {
  readonly slots: { readonly taken: number; readonly of: number };
  readonly devices: { readonly taken: number; readonly of: number };
} {
  const held = new Set(tasks.flatMap((task) => task.devices));
  const plain = new Set(tasks.flatMap(({ devices, batch }, at) => (devices.length === 0 ? [batch ?? at] : [])));
  return { slots: { taken: plain.size, of: slots }, devices: { taken: held.size, of: devices.length } };
}

/** How often a cache had what it was asked for; null where it was not asked. */
export function hitRate(cache: Pick<CacheReport, 'hits' | 'misses'> | null): number | null {
  const asked = cache === null ? 0 : cache.hits + cache.misses;
  return cache === null || asked === 0 ? null : cache.hits / asked;
}

/** `16 GiB` of so many bytes. */
export function gibibytes(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  return `${gib < 10 ? gib.toFixed(1) : Math.round(gib)} GiB`;
}

/** What of a GPU's memory models may have, and which are loaded there. */
export function deviceText({ vramMib, freeMib, models = [] }: FleetRunner['devices'][number]): string {
  const [free, all] = [freeMib, vramMib].map((mib) => gibibytes(mib * 1024 ** 2));
  return `${free} of ${all} for models${models.length === 0 ? '' : `, holds ${models.join(', ')}`}`;
}

/** Models whose weights lie in a machine's memory, and how much of it is for weights; null where there are none, or nobody tells. */
export function memoryText(memory: FleetRunner['hostMemory']): string | null {
  if (memory === undefined || memory.models.length === 0) return null;
  return `${memory.models.join(', ')}; ${gibibytes(memory.budgetMib * 1024 ** 2)} for them`;
}

/** Credits with as many digits as tell them apart: `0.0042`, `1.25`, `1,204`. */
export function creditText(credits: number): string {
  if (credits === 0) return '0';
  if (credits >= 100) return Math.round(credits).toLocaleString('en');
  return credits >= 1 ? credits.toFixed(2) : credits.toPrecision(2).replace(/\.?0+$/, '');
}

/** Seconds of work: `0.8 s`, `42 s`, `1,204 s`. */
export function secondText(seconds: number): string {
  if (seconds === 0) return '0 s';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds).toLocaleString('en')} s`;
}

/** Lines of the queue by workspace and priority, the most pressing first. */
export function queueGroups(queue: Fleet['queue']): readonly {
  readonly workspace: string;
  readonly priority: Fleet['queue'][number]['priority'];
  readonly tasks: number;
  readonly lines: Fleet['queue'];
}[] {
  const groups = new Map<string, Fleet['queue'][number][]>();
  for (const line of queue) {
    const name = `${line.workspace}\n${line.priority}`;
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return [...groups.values()].flatMap((lines) => {
    const [first] = lines;
    if (first === undefined) return [];
    return [{ workspace: first.workspace, priority: first.priority, tasks: lines.reduce((sum, { tasks }) => sum + tasks, 0), lines }];
  });
}

/** Those that somebody should look at come first, then those that work; else by name. */
export function inOrderOfNeed(runners: Fleet['runners']): Fleet['runners'] {
  const needs = { limited: 0, silent: 0, draining: 1, working: 2, idle: 3 } as const;
  return [...runners].sort((a, b) => needs[a.state] - needs[b.state] || (a.name < b.name ? -1 : 1));
}
