import { FilmwrightError } from '@filmwright/contracts';
import { readPlace } from '../platform/asked-platform.ts';
import { drill } from './drill.ts';
import { drillFleet } from './drill-fleet.ts';

/** What the command line says of a drill. */
export type DrillWords = {
  readonly rounds: string;
  readonly seed: string;
  readonly runners?: string | undefined;
  readonly platforms?: string | undefined;
  readonly only?: string | undefined;
  readonly home?: string | undefined;
  readonly url?: readonly string[] | undefined;
  readonly token?: string | undefined;
  readonly pool?: string | undefined;
  readonly remove: boolean;
  readonly json: boolean;
};

/** Whoever strikes the only runner is left without one that could take over. */
const fewestOnFleet = 2;

/** The drill that was asked for, on a platform of its own or by an address, not begun yet; throws `request-invalid` for words that do not go together. */
export function readDrill(words: DrillWords): () => Promise<number> {
  const { rounds, seed, runners = '3', platforms, only, home, url: urls, token, pool, remove, json } = words;
  const played = {
    rounds: whole(rounds, { name: '--rounds', least: 1 }),
    seed: whole(seed, { name: '--seed', least: 0 }),
    runners: whole(runners, { name: '--runners', least: urls === undefined ? 1 : fewestOnFleet }),
    ...{ only, home, json },
  };
  if (urls === undefined) {
    const stray = Object.entries({ '--token': token, '--pool': pool, '--remove': remove || undefined }).filter(
      ([, value]) => value !== undefined,
    );
    if (stray.length > 0)
      throw new FilmwrightError(
        'request-invalid',
        `${stray.map(([name]) => name).join(' and ')} ${stray.length === 1 ? 'goes' : 'go'} with --url only, the address of a platform that runs. Without it the drill starts one of its own.`,
      );
    return () => drill({ ...played, platforms: whole(platforms ?? '1', { name: '--platforms', least: 1 }) });
  }
  if (platforms !== undefined)
    throw new FilmwrightError(
      'request-invalid',
      '--platforms and --url do not go together: by an address one platform is drilled, the one that runs there.',
    );
  const place = { ...readPlace({ urls, token }), pool: pool ?? 'drill' };
  return () => drillFleet({ ...played, ...place, remove });
}

function whole(text: string, { name, least }: { readonly name: string; readonly least: number }): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
  throw new FilmwrightError('request-invalid', `${name} is ${JSON.stringify(text)}; wanted a whole number from ${least}.`);
}
