import { FilmwrightError } from '@filmwright/contracts';
import { askedPlatform, type PlatformWords } from '../platform/asked-platform.ts';

export type CancelOptions = PlatformWords & {
  readonly build: string;
  /** One task of it, by its address or key; all of it if left out. */
  readonly task: string | undefined;
  readonly json: boolean;
};

/** `cancel BUILD`: ends a film that waits or is being made; said again it says the same. With `--task` what runs of that task alone, which begins anew. */
export async function cancel({ build, task, json, ...place }: CancelOptions): Promise<void> {
  const client = await askedPlatform(place);
  if (task !== undefined) {
    const tasks = await client.listBuildTasks(build);
    const found = tasks.find(({ address, key }) => address === task || key === task);
    if (found === undefined || found.key === null)
      throw new FilmwrightError(
        'not-found',
        `The build ${build} has no task "${task}" yet. It has ${listed(tasks)}: say one of these, or its key.`,
      );
    const { stopped } = await client.cancelTask(build, found.key);
    const did = stopped ? 'is stopped, and begins anew on another runner where there is one' : 'runs nowhere: nothing to stop';
    process.stdout.write(json ? `${JSON.stringify({ task: found.address, key: found.key, stopped })}\n` : `${found.address} ${did}.\n`);
    return;
  }
  const ended = await client.cancelBuild(build);
  process.stdout.write(json ? `${JSON.stringify(ended)}\n` : `${ended.title} is cancelled; what it alone wanted stops within seconds.\n`);
}

const mostListed = 5;

/** Those at work first: only they can be stopped. */
function listed(tasks: readonly { readonly address: string; readonly state: string }[]): string {
  const atWork = tasks.filter(({ state }) => state === 'leased');
  const shown = (atWork.length > 0 ? atWork : tasks).slice(0, mostListed).map(({ address }) => address);
  return tasks.length === 0 ? 'none' : `${shown.join(', ')}${tasks.length > shown.length ? ' and others' : ''}`;
}
