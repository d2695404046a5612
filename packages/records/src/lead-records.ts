import { FilmwrightError } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { migrationNames } from './migrate.ts';
import { lockAllWants } from './wanted.ts';

/** What the program of a leader knows: versions of kinds of tasks by their names. */
export type LeadingProgram = { readonly kinds: Readonly<Record<string, number>> };
export type Turn = {
  /** Noted as the one that leads; not looked at when left out. */
  readonly program?: LeadingProgram;
  /** Leads also where one that knew more led before. */
  readonly anyway?: boolean;
};

/** Who leads, and of which program it is (SPEC.md, S6). */
export interface LeadStore {
  /**
   * Draws the number under which one process stores plans and ends of builds; whatever comes under an earlier number is refused as `lease-stale`. Throws
   * `protocol-unsupported` where a program led before that knew more than this one.
   */
  takeTurn(turn?: Turn): Promise<number>;
  /** What the program that led last knew and this one does not, in words; null where it may lead. */
  whyNotLead(program: LeadingProgram): Promise<string | null>;
}

type LedBy = LeadingProgram & { readonly schema: string };
type LeadershipRow = { readonly led_by: LedBy | null };
type Known = LeadingProgram & { readonly schemas: readonly string[] };

/** Leaders, by what their programs know. */
export function leadRecords({ rows, transaction }: Database): LeadStore {
  // Read once: where a later program is put in this one's place on the disk, this process is still the earlier one.
  let names: Promise<readonly string[]> | undefined;
  const knownBy = async ({ kinds }: LeadingProgram): Promise<Known> => {
    names ??= migrationNames();
    return { kinds, schemas: await names };
  };
  return {
    takeTurn: ({ program, anyway = false } = {}) =>
      transaction(async (client) => {
        await lockAllWants(client);
        if (program !== undefined) await noteProgram(client, { own: await knownBy(program), anyway });
        const { rows } = await client.query<{ drive: string }>('update leadership set drive = drive + 1 returning drive');
        return Number(rows[0]?.drive);
      }),
    async whyNotLead(program) {
      const [row] = await rows<LeadershipRow>('select led_by from leadership');
      return lackOf(row?.led_by, await knownBy(program));
    },
  };
}

async function noteProgram(client: PoolClient, { own, anyway }: { readonly own: Known; readonly anyway: boolean }): Promise<void> {
  const { rows } = await client.query<LeadershipRow>('select led_by from leadership');
  const lack = anyway ? null : lackOf(rows[0]?.led_by, own);
  if (lack !== null) throw new FilmwrightError('protocol-unsupported', `The program that led before is newer than this one: ${lack}.`);
  const ledBy: LedBy = { kinds: own.kinds, schema: own.schemas.at(-1) ?? '' };
  await client.query('update leadership set led_by = $1', [JSON.stringify(ledBy)]);
}

/** What one that led knew and another does not; one that knows something else as well is no older for it. */
function lackOf(ledBy: LedBy | null | undefined, own: Known): string | null {
  if (!ledBy) return null;
  const kinds = Object.entries(ledBy.kinds).flatMap(([kind, version]) => {
    const here = own.kinds[kind];
    if (here !== undefined && here >= version) return [];
    return [`tasks of the kind ${kind} are of version ${version} (${here === undefined ? 'unknown here' : `here ${here}`})`];
  });
  const schema = own.schemas.includes(ledBy.schema) ? [] : [`the database's schema is ${ledBy.schema} (here ${own.schemas.at(-1)})`];
  const lacks = [...kinds, ...schema];
  return lacks.length === 0 ? null : lacks.join(', ');
}
