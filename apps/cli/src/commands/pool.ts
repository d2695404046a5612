import { FilmwrightError, type PoolsFile } from '@filmwright/contracts';
import { type CheckedService, checkMachines, type Held } from '../platform/check-machines.ts';
import { filmwrightHome } from '../platform/home.ts';
import { readPoolsFile } from '../platform/read-pools-file.ts';
import { millisecondsOf } from './milliseconds-of.ts';

export type PoolOptions = {
  readonly words: readonly string[];
  readonly pools: string | undefined;
  readonly token: string | undefined;
  readonly grace: string | undefined;
  readonly json: boolean;
};

/** Holds the service of a pool, by its name or its address, to the calls that it must answer, and prints what it does not; 1 where that is anything. */
export async function pool({ words, pools, token, grace = '5m', json }: PoolOptions): Promise<number> {
  const [verb, which, ...more] = words;
  if (verb !== 'check' || which === undefined || more.length > 0)
    throw new FilmwrightError(
      'request-invalid',
      'pool wants one pool of pools.yaml or the address of a service: filmwright pool check NAME|URL',
    );
  const isAddress = /^https?:/.test(which);
  if (token !== undefined && !isAddress)
    throw new FilmwrightError(
      'request-invalid',
      `--token goes with the address of a service; the pool ${JSON.stringify(which)} takes its token from the variable that its \`tokenFrom\` names.`,
    );
  const found = isAddress
    ? { url: which, token: token ?? null, pool: 'check', machine: {} }
    : serviceOf(await readPoolsFile({ home: filmwrightHome(), path: pools }), which);
  const held = await checkMachines({ ...found, goneWithinMs: millisecondsOf(grace, '--grace') });
  const failed = held.filter((one) => one.found !== null);
  process.stdout.write(json ? `${JSON.stringify({ ok: failed.length === 0, held })}\n` : `${lines(held).join('\n')}\n`);
  return failed.length === 0 ? 0 : 1;
}

function lines(held: readonly Held[]): readonly string[] {
  return held.map(({ wanted, found }) => (found === null ? `  holds  ${wanted}` : `  FAILS  ${wanted}; found ${found}`));
}

function serviceOf(file: PoolsFile | null, name: string): Omit<CheckedService, 'goneWithinMs'> {
  const found = file?.pools.find((one) => one.name === name);
  const names = file?.pools.flatMap((one) => (one.provisioner?.type === 'http' ? [one.name] : [])).join(', ') || 'none';
  if (found?.provisioner?.type !== 'http')
    throw new FilmwrightError('request-invalid', `There is no pool ${JSON.stringify(name)} with a service; there are ${names}.`);
  const { url, tokenFrom, machine = {} } = found.provisioner;
  const token = tokenFrom === undefined ? null : (process.env[tokenFrom] ?? '');
  if (token === '') throw new FilmwrightError('request-invalid', `The pool ${name} takes its token from ${tokenFrom}, which is not set.`);
  return { url, token, pool: name, machine };
}
