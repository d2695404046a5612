import { findModelRef, type Issue } from '@filmwright/contracts';

/** A pool whose machines are to bring models; `isKnown` where one of them was there, so that what it offered is planned with. */
export type BringingPool = { readonly name: string; readonly models: readonly string[]; readonly isKnown: boolean };

type Asked = { readonly asked: string | undefined; readonly pools?: readonly BringingPool[] | undefined };

/**
 * An issue about something that nobody offers, with the pool that is to bring it and what to do. A name says neither what a model can do nor which programs
 * run it, and keys hang on both: before a machine showed them nothing can be planned.
 */
export function tellPools(issue: Issue, { asked, pools = [] }: Asked): Issue {
  const naming = pools.filter((pool) => asked !== undefined && names(pool, asked));
  const unseen = naming.find(({ isKnown }) => !isKnown);
  if (unseen !== undefined)
    return {
      ...issue,
      message: `${issue.message} Machines of the pool ${unseen.name} are to bring it, ${neverThere}.`,
      next: `${hasIt} and ${showOne(unseen)}`,
    };
  const [known] = naming;
  if (known !== undefined)
    return {
      ...issue,
      message: `${issue.message} Machines of the pool ${known.name} are to bring it, but the newest did not offer it so far.`,
      next: `${hasIt}, and make the film again once a machine of ${known.name} has fetched it; its log says why where it does not.`,
    };
  const perhaps = pools.find(({ isKnown, models }) => !isKnown && (asked === undefined ? models.length > 0 : models.includes('all')));
  if (perhaps === undefined) return issue;
  const brought = perhaps.models.includes('all') ? 'every model that the platform has' : perhaps.models.join(', ');
  return {
    ...issue,
    message: `${issue.message} Machines of the pool ${perhaps.name} are to bring ${brought}, ${neverThere}.`,
    next: `${issue.next} If that pool is to do it, ${showOne(perhaps)}`,
  };
}

/** Other models or another service make a pool one of which nothing is known. */
const neverThere = 'but none was ever there since the pool was set up so, and nobody knows what they can do';
const hasIt = 'See that the platform has it (`filmwright models list`, `filmwright voices`)';

function showOne({ name }: BringingPool): string {
  return `set \`minimum: 1\` for ${name} in pools.yaml, start \`filmwright serve\` anew, and make the film again once a machine of it offers it; then \`minimum: 0\` does.`;
}

/** A pool may name a model alone where a film names its revision too. */
function names({ models }: BringingPool, asked: string): boolean {
  return models.some((one) => findModelRef([one], asked) !== undefined || findModelRef([asked], one) !== undefined);
}
