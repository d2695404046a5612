import { FilmwrightError, type Priority, priorities, readPoolName } from '@filmwright/contracts';

/** How pressing a film is, by when it should be done and where, as `createBuild` takes it; nothing where it was not said. */
export type Pressing = { readonly priority?: Priority; readonly deadline?: string; readonly pool?: string; readonly region?: string };

type Asked = Readonly<Record<'priority' | 'deadline', string | undefined> & Partial<Record<'pool' | 'region', string | undefined>>>;

/** Reads `--priority`, `--pool`, `--region` and `--deadline` (ISO 8601, in the time zone of the machine where none is named; or `+90m`, from `nowMs` on). */
export function readPressing({ priority, deadline, pool, region }: Asked, nowMs: number): Pressing {
  const found = priorities.find((each) => each === priority);
  if (priority !== undefined && found === undefined)
    throw new FilmwrightError('request-invalid', `--priority is ${JSON.stringify(priority)}; wanted ${priorities.join(', ')}.`);
  return {
    ...(found === undefined ? {} : { priority: found }),
    ...(deadline === undefined ? {} : { deadline: instantOf(deadline, nowMs) }),
    ...(pool && { pool: readPoolName(pool, '--pool') }),
    ...(region && { region }),
  };
}

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function instantOf(text: string, nowMs: number): string {
  const [, count, unit = ''] = /^\+(\d+)([mhd])$/.exec(text) ?? [];
  const at = count === undefined ? dateOf(text) : new Date(nowMs + Number(count) * (unitsMs[unit] ?? 0));
  if (Number.isNaN(at.getTime()))
    throw new FilmwrightError(
      'request-invalid',
      `--deadline is ${JSON.stringify(text)}; wanted an instant such as 2030-12-24T18:00 or a time from now such as +90m, +12h or +2d.`,
    );
  return at.toISOString();
}

/** A day alone begins at midnight of this machine, as a time without a zone is of this machine. */
function dateOf(text: string): Date {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return new Date(`${text}T00:00`);
  return new Date(/^\d{4}-\d\d-\d\d/.test(text) ? text : Number.NaN);
}
