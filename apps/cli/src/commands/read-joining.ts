import { FilmwrightError, isSafeAddress, mostSlots, readPoolName, runnerOfferSchema, safeAddress } from '@filmwright/contracts';
import { millisecondsOf } from './milliseconds-of.ts';

/** What the command line says of a machine that joins. */
export type JoiningWords = {
  readonly join: string;
  readonly token?: string | undefined;
  readonly pool?: string | undefined;
  readonly region?: string | undefined;
  readonly slots?: string | undefined;
  readonly models?: string | undefined;
  readonly grace?: string | undefined;
  readonly metricsPort?: string | undefined;
};

const mostPort = 65_535;
/** A timer of Node is no longer; one that was asked to be would end at once. */
const mostGraceDays = 24;

/**
 * What its runner is told by its environment; throws `request-invalid` that names the option. What stands empty counts as left out, as variables of service
 * files are. The token is looked at by the runner alone: where the home has a credential, none is wanted any more.
 */
export function readJoining(words: JoiningWords): Readonly<Record<string, string>> {
  const { join, token, pool, region, slots, models, grace, metricsPort } = words;
  if (!isSafeAddress(join)) throw new FilmwrightError('request-invalid', `--join is ${JSON.stringify(join)}; wanted ${safeAddress}.`);
  if (pool) readPoolName(pool, '--pool');
  if (slots) checkWhole(slots, { name: '--slots', least: 1, most: mostSlots });
  if (metricsPort) checkWhole(metricsPort, { name: '--metrics-port', least: 0, most: mostPort });
  if (!runnerOfferSchema.shape.region.safeParse(region).success)
    throw new FilmwrightError('request-invalid', `--region is ${JSON.stringify(region)}; wanted 100 characters at most.`);
  const told = {
    FILMWRIGHT_JOIN: join,
    FILMWRIGHT_JOIN_TOKEN: token,
    FILMWRIGHT_POOL: pool,
    FILMWRIGHT_REGION: region,
    FILMWRIGHT_SLOTS: slots,
    FILMWRIGHT_METRICS_PORT: metricsPort,
    FILMWRIGHT_MODELS: models,
    FILMWRIGHT_GRACE_MS: grace === undefined ? undefined : String(graceMsOf(grace)),
  };
  return Object.fromEntries(Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function graceMsOf(grace: string): number {
  const found = millisecondsOf(grace, '--grace');
  if (found <= mostGraceDays * 86_400_000) return found;
  throw new FilmwrightError('request-invalid', `--grace is ${JSON.stringify(grace)}; wanted ${mostGraceDays} days at most.`);
}

function checkWhole(text: string, { name, least, most }: { readonly name: string; readonly least: number; readonly most: number }): void {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return;
  throw new FilmwrightError('request-invalid', `${name} is ${JSON.stringify(text)}; wanted a whole number from ${least} to ${most}.`);
}
