import { type Rig, rigSchema } from '@filmwright/contracts';
import jonas from '../../rigs/jonas.json' with { type: 'json' };
import mara from '../../rigs/mara.json' with { type: 'json' };

/** Documents of the rigs that come with Filmwright, by name; they are read as a user's own rig is. */
export const presenterDocuments: Readonly<Record<string, unknown>> = { mara, jonas };

const read = new Map<string, Rig>();

/** A rig that comes with Filmwright, or undefined for any other name. */
export function presenter(name: string): Rig | undefined {
  const known = read.get(name);
  if (known !== undefined || !Object.hasOwn(presenterDocuments, name)) return known;
  const rig = rigSchema.parse(presenterDocuments[name]);
  read.set(name, rig);
  return rig;
}
