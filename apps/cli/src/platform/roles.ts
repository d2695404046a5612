import { FilmwrightError } from '@filmwright/contracts';
import { nearest } from '@filmwright/core/film/issues';

/** What a machine can be: the part that answers, the part that decides, the part that works, the part that keeps the rows. */
export const roleNames = ['gateway', 'controller', 'runner', 'database'] as const;
export type Role = (typeof roleNames)[number];
type Environment = Readonly<Record<string, string | undefined>>;

/** The roles of a list such as "gateway,controller"; without one all that this machine needs: its own database only where DATABASE_URL names no other. */
export function readRoles(text: string | undefined, env: Environment): readonly Role[] {
  if (text === undefined) return roleNames.filter((role) => role !== 'database' || !env.DATABASE_URL);
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  for (const word of words) {
    if (roleNames.some((role) => role === word)) continue;
    const guess = nearest(word, roleNames);
    throw invalid(
      `--roles names ${JSON.stringify(word)}${guess === undefined ? '' : `; did you mean ${guess}?`} Wanted some of ${roleNames.join(',')}.`,
    );
  }
  const roles = roleNames.filter((role) => words.includes(role));
  if (roles.length === 0) throw invalid(`--roles names none; wanted some of ${roleNames.join(',')}.`);
  checkRoles(roles, env);
  return roles;
}

/** Throws with everything that the roles lack on this machine. */
function checkRoles(roles: readonly Role[], env: Environment): void {
  const has = (role: Role): boolean => roles.includes(role);
  const lacks: string[] = [];
  if (has('database') && env.DATABASE_URL)
    lacks.push('the role database starts a database here, but DATABASE_URL names another: leave out one of the two');
  for (const role of ['gateway', 'controller'] as const)
    if (has(role) && !has('database') && !env.DATABASE_URL)
      lacks.push(
        `the ${role} has no database: set DATABASE_URL to the one that it shares with the others ("filmwright serve --roles database" prints its address), or add the role database`,
      );
  if (has('runner') && !has('gateway')) {
    if (!env.FILMWRIGHT_URL)
      lacks.push(
        'the runner has no gateway: set FILMWRIGHT_URL to the address of one, such as http://127.0.0.1:7070, or add the role gateway',
      );
    if (!env.FILMWRIGHT_RUNNER_TOKEN)
      lacks.push('the runner has no token: set FILMWRIGHT_RUNNER_TOKEN to the one that its gateway was started with');
  }
  if (lacks.length > 0) throw invalid(`These roles cannot start: ${lacks.join('; ')}.`);
}

function invalid(message: string): FilmwrightError {
  return new FilmwrightError('request-invalid', message);
}
