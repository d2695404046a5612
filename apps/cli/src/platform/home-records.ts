import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { syncFolder } from '@filmwright/process/sync-folder';
import { writeWhole } from '@filmwright/process/write-whole';
import { z } from 'zod';

const fileName = 'records.json';
const fileSchema = z.object({ id: z.uuid(), address: z.string().nullable() });

/** The records that a home works with: their id, and for people where they were last, null for the database of the home itself. */
export type HomeRecords = z.infer<typeof fileSchema>;
/** A database that is to be worked with; `address` as above. */
export type FoundDatabase = { readonly connectionString: string; readonly address: string | null };

/** What the home says of its records, null where no platform has noted any; throws `request-invalid` for a note that cannot be read. */
export async function readHomeRecords(home: string): Promise<HomeRecords | null> {
  const path = join(home, fileName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new FilmwrightError(
      'request-invalid',
      `${path} says which database the home belongs to, and cannot be read. Take it away and start the platform as it runs always: it writes it anew.`,
      { cause: error },
    );
  }
}

/** Notes the records that a platform works with here. Gives what was noted before where those were others. */
export async function noteHomeRecords(home: string, { connectionString, address: found }: FoundDatabase): Promise<HomeRecords | null> {
  const address = found !== null && (await isOwn(home, found)) ? null : found;
  const before = await readHomeRecords(home);
  if (before?.address === null && address === null) return null;
  const id = await idOf(connectionString);
  // Whoever starts the gateway makes them.
  if (id === null) return null;
  if (before?.id === id && before.address === address) return null;
  await writeHomeRecords(home, { id, address });
  return before === null || before.id === id ? null : before;
}

/** Whether an address is that of the home's own database, which another role of the home started. */
async function isOwn(home: string, address: string): Promise<boolean> {
  const [, port] = /^(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)\//.exec(address) ?? [];
  if (port === undefined) return false;
  const { servedAt } = await import('@filmwright/records/embedded');
  return (await servedAt(home)) === Number(port);
}

/** Writes the note, whole or not at all. */
export async function writeHomeRecords(home: string, records: HomeRecords): Promise<void> {
  await writeWhole(join(home, fileName), `${JSON.stringify(records)}\n`);
  await syncFolder(home);
}

/** Throws `request-invalid` where the home belongs to other records than those at an address. Nothing is changed there. */
export async function checkHomeRecords(home: string, { connectionString, address }: FoundDatabase): Promise<void> {
  const wanted = await readHomeRecords(home);
  if (wanted !== null && (await idOf(connectionString)) !== wanted.id) throw otherRecords(home, { wanted, found: address });
}

/** Most starts do not need to ask, nor to load what asks. */
async function idOf(connectionString: string): Promise<string | null> {
  const { recordsId } = await import('@filmwright/records/records-id');
  return recordsId({ connectionString });
}

/** Throws `request-invalid` where the home belongs to another database than its own, whose records may have the same id where they were moved from it. */
export async function checkOwnDatabase(home: string): Promise<void> {
  const wanted = await readHomeRecords(home);
  if (wanted !== null && wanted.address !== null) throw otherRecords(home, { wanted, found: null });
}

type Other = { readonly wanted: HomeRecords; readonly found: string | null };

function otherRecords(home: string, { wanted, found }: Other): FilmwrightError {
  const next =
    wanted.address === null
      ? 'Leave DATABASE_URL out; if the home is to work with the other from now on, start `filmwright serve` with it once'
      : 'Set DATABASE_URL as its platform has it' +
        (found === null
          ? `; if the home is to work with its own database from now on, take ${join(home, fileName)} away`
          : '; if the home is to work with the other from now on, start `filmwright serve` with it once');
  return new FilmwrightError(
    'request-invalid',
    `${home} belongs to the records in ${nameOf(wanted.address)}, and found was ${nameOf(found)}, which may have others or none. Nothing was done. ${next}.`,
  );
}

/** For people. */
export function nameOf(address: string | null): string {
  return address === null ? 'its own database' : `the database ${address}`;
}

/** Hosts and name of a database, without the user, the password and what else may be secret. */
export function addressOf(connectionString: string): string {
  const host = String.raw`(?:\[[\da-fA-F:.]+\]|[\w.-]*)(?::\d+)?`;
  const plain = new RegExp(String.raw`^postgres(?:ql)?://(?:[^@/?#]*@)?(${host}(?:,${host})*/[^@/?#]*)(?:\?[^@]*)?$`);
  return plain.exec(connectionString)?.[1] ?? 'of DATABASE_URL';
}
