import { deviceSchema, generatorSchema, modelCapabilities, modelFiguresSchema, taskKindNames } from '@filmwright/contracts';

const lists = { generators: generatorSchema, figures: modelFiguresSchema, devices: deviceSchema } as const;
const records = { toolchain: taskKindNames, modelsFor: modelCapabilities } as const;

/**
 * What this gateway understands of an offer: a runner of a later version may know kinds, capabilities and properties that are none here. `unknown`
 * names what was left out. What every runner must tell is left as it is, to be checked.
 */
export function knownOffer(offer: Readonly<Record<string, unknown>>): {
  readonly offer: Readonly<Record<string, unknown>>;
  readonly unknown: readonly string[];
} {
  const known: Record<string, unknown> = { ...offer };
  const unknown: string[] = [];
  for (const [name, keys] of Object.entries(records)) {
    const told = offer[name];
    if (typeof told !== 'object' || told === null || Array.isArray(told)) continue;
    const isKnown = (key: string): boolean => (keys as readonly string[]).includes(key);
    known[name] = Object.fromEntries(Object.entries(told).filter(([key]) => isKnown(key)));
    unknown.push(...Object.keys(told).flatMap((key) => (isKnown(key) ? [] : [`${name}.${key.slice(0, 100)}`])));
  }
  for (const [name, schema] of Object.entries(lists)) {
    const told = offer[name];
    if (!Array.isArray(told)) continue;
    known[name] = told.filter((one) => schema.safeParse(one).success);
    unknown.push(...told.flatMap((one, at) => (schema.safeParse(one).success ? [] : [`${name}.${at}`])));
  }
  return { offer: known, unknown };
}
