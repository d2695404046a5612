import { taskKinds } from '@filmwright/contracts';
import type { LeadingProgram, LeadStore, Turn } from '@filmwright/records';

const program: LeadingProgram = { kinds: Object.fromEntries(Object.entries(taskKinds).map(([kind, { version }]) => [kind, version])) };
const isAnyway = (env: NodeJS.ProcessEnv): boolean => env.FILMWRIGHT_LEAD_ANYWAY === '1';

/** What a controller of this program says when it takes the lead. */
export function turnOf(env: NodeJS.ProcessEnv): Turn {
  return { program, anyway: isAnyway(env) };
}

/** Why this program must not lead after the one that led last, with what to do; null where it may. */
export async function whyNotLead(records: Pick<LeadStore, 'whyNotLead'>, env: NodeJS.ProcessEnv): Promise<string | null> {
  const lack = isAnyway(env) ? null : await records.whyNotLead(program);
  return lack === null
    ? null
    : `this controller does not lead: the one that led last is of a newer program, ${lack}; what this one plans would be made again, or never where no runner offers it. ` +
        'Start the newer program; to go back to this one for good, replace every role and set FILMWRIGHT_LEAD_ANYWAY=1';
}
