import type { Scenario } from './scenario.ts';
import { reference } from './scenarios/reference.ts';

/** What a scenario is made from; those that have no load of their own ignore it. */
export type Settings = { readonly seed: number; readonly load: number };

/** Every scenario by name. */
export const scenarios: Readonly<Record<string, (settings: Settings) => Scenario>> = {
  reference: (settings) => reference({ ...settings, warm: false }),
  'reference-warm': (settings) => reference({ ...settings, warm: true }),
};
