import { FilmwrightError } from '@filmwright/contracts';
import { askedPlatform, type PlatformWords } from '../platform/asked-platform.ts';
import { readPressing } from './read-pressing.ts';

export type PressOptions = PlatformWords & {
  readonly build: string;
  readonly priority: string | undefined;
  /** As `readPressing` reads it, or `none`. */
  readonly deadline: string | undefined;
  readonly json: boolean;
};

/** `press BUILD`: makes a film that waits or is being made more or less pressing. */
export async function press({ build, priority, deadline, json, ...place }: PressOptions): Promise<void> {
  if (priority === undefined && deadline === undefined)
    throw new FilmwrightError(
      'request-invalid',
      `press wants what is to change: \`filmwright press ${build} --priority interactive\`, or --deadline +2h, or --deadline none.`,
    );
  const isNone = deadline === 'none';
  const asked = readPressing({ priority, deadline: isNone ? undefined : deadline }, Date.now());
  const client = await askedPlatform(place);
  const changed = await client.changeBuild(build, { ...asked, ...(isNone && { deadline: null }) });
  const due = changed.deadline == null ? 'without a deadline' : `due at ${changed.deadline}`;
  process.stdout.write(json ? `${JSON.stringify(changed)}\n` : `${changed.title} is ${changed.priority} now, ${due}.\n`);
}
