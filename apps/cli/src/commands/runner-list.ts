import type { Fleet, RunnerList } from '@filmwright/contracts';

/** Runners with what each does and has, and credentials, as `runner list --json` prints them. */
export type RunnerListing = {
  readonly runners: readonly (Omit<RunnerList['runners'][number], 'devices'> &
    Pick<Fleet['runners'][number], 'devices'> &
    Partial<Pick<Fleet['runners'][number], 'state' | 'why' | 'tasks' | 'hostMemory'>>)[];
  readonly credentials: RunnerList['credentials'];
};
type Listed = RunnerListing['runners'][number];

const gibibyte = 1024 ** 3;

/** What the list of runners and the fleet say together; silent ones, which the list leaves out, are told too. */
export function runnerListing({ runners, credentials }: RunnerList, { runners: seen }: Pick<Fleet, 'runners'>): RunnerListing {
  const known = new Set(runners.map(({ id }) => id));
  const silent = seen
    .filter(({ id, state }) => !known.has(id) && state === 'silent')
    .map(({ models: _, loaded: __, seenAt: ___, ...each }) => each);
  const told = runners.map((each) => {
    const found = seen.find(({ id }) => id === each.id);
    if (found === undefined) return each;
    const { state, why, tasks, devices, hostMemory } = found;
    return { ...each, state, why, tasks, devices, ...(hostMemory && { hostMemory }) };
  });
  return { runners: [...told, ...silent], credentials };
}

/** Runners that are there, with what they do, their machines and what is wrong with them; then credentials of runners that are not. */
export function runnerListText({ runners, credentials }: RunnerListing): string {
  const there = new Set(runners.map((each) => each.credentialId));
  const away = credentials
    .filter(({ id, revokedAt }) => !there.has(id) && revokedAt === null)
    .map(({ id, name, seenAt }) => `  ${name.padEnd(28)} not there; last seen ${seenAt ?? 'never'}\n      credential ${id}`);
  const all = [...runners.map(runnerText), ...away];
  return all.length === 0 ? 'There are no runners.\n' : `${all.join('\n')}\n`;
}

function runnerText(listed: Listed): string {
  const { name, credentialId, slots, pool, region, version, machine, devices, cache, state, why, hostMemory, tasks = [] } = listed;
  const has = machine === null ? [] : [`${machine.cores} cores`, `${Math.round(machine.memoryBytes / gibibyte)} GiB`];
  const asked = cache === null ? 0 : cache.hits + cache.misses;
  const hits = cache === null || asked === 0 ? [] : [`cache ${Math.round((cache.hits / asked) * 100)} % of ${asked}`];
  const place = [pool, region].filter((each) => each !== null && each !== '');
  const facts = [`${slots} slot${slots === 1 ? '' : 's'}`, ...has, ...place, ...(version === null ? [] : [version]), ...hits];
  const doing = tasks.map((task) => `${task.title}: ${task.kind}, ${Math.round(task.percent)} %  (${task.address})`);
  const notes = [...(why == null ? [] : [why]), ...(machine?.warnings ?? [])];
  const lines = [
    ...(credentialId === null ? [] : [`credential ${credentialId}`]),
    ...devices.map(deviceText),
    ...memoryLines(hostMemory),
    ...doing,
    ...notes,
  ];
  const what = state === undefined ? '' : `${state.padEnd(9)} `;
  return `  ${name.padEnd(28)} ${what}${facts.join(', ')}${lines.map((line) => `\n      ${line}`).join('')}`;
}

/** Models whose weights lie in memory, where there are any. */
function memoryLines(memory: Listed['hostMemory']): readonly string[] {
  if (memory === undefined || memory.models.length === 0) return [];
  return [`weights in memory: ${memory.models.join(', ')}; ${(memory.budgetMib / 1024).toFixed(1)} GiB for them`];
}

/** A GPU with what of its memory models may have, and which of them are loaded there. */
function deviceText({ product, slice, vramMib, freeMib, models }: Listed['devices'][number]): string {
  const name = slice === null ? product : `${product} ${slice}`;
  const [free, all] = [freeMib, vramMib].map((mib) => (mib / 1024).toFixed(1));
  const holds = models === undefined ? '' : `; ${models.length === 0 ? 'holds nothing' : `holds ${models.join(', ')}`}`;
  return `${name}: ${free} of ${all} GiB for models${holds}`;
}
