import { open, readFile, realpath, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { writeWhole } from '@filmwright/process/write-whole';

export type KnownAnswers = {
  /** Where the program was found. */
  readonly path: string;
  /** What it is called: ffmpeg. */
  readonly name: string;
  readonly questions: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that keeps the answers of each program under its name. */
  readonly folder: string;
  /** Asks the program itself; null where it does not answer. */
  readonly ask: () => Promise<readonly string[] | null>;
};

/**
 * What a program answers, asked once for as long as it, the libraries that it loads and the questions stay the same; the answers outlive the process.
 * Whatever cannot be told to be the same is asked each time: a script, or a program that stands in for others under their names.
 */
export async function knownAnswers({ path, name, questions, env, folder, ask }: KnownAnswers): Promise<readonly string[] | null> {
  const file = join(folder, `${name}.json`);
  // Looked at before it is asked: what is replaced meanwhile has other marks from then on.
  const marks = await marksOf({ path, name, env });
  if (marks === null) return ask();
  const asked = JSON.stringify([path, questions, marks]);
  const kept = await readKept(file);
  if (kept?.asked === asked) return kept.answers;
  const answers = await ask();
  // A full disk keeps nothing, and nobody from working.
  if (answers !== null) await writeWhole(file, JSON.stringify({ asked, answers })).catch(() => {});
  return answers;
}

type Kept = { readonly asked: string; readonly answers: readonly string[] };

/** Null where nothing is kept, or what is there is damaged. */
async function readKept(file: string): Promise<Kept | null> {
  try {
    const { asked, answers } = Object(JSON.parse(await readFile(file, 'utf8'))) as Partial<Kept>;
    const isWhole = typeof asked === 'string' && Array.isArray(answers) && answers.every((answer) => typeof answer === 'string');
    return isWhole ? { asked, answers } : null;
  } catch {
    return null;
  }
}

/** What changes when the program or a library that it loads is replaced; null where that cannot be seen from outside. */
async function marksOf({ path, name, env }: Pick<KnownAnswers, 'path' | 'name' | 'env'>): Promise<readonly string[] | null> {
  try {
    if (await standsIn(path, name)) return null;
    const real = await realpath(path);
    const search = Object.entries(env).filter(([variable]) => /^(LD|DYLD)_/.test(variable));
    const folders = search.flatMap(([, value = '']) => value.split(delimiter)).filter((folder) => folder.startsWith('/'));
    // Installing a library writes the loader's list anew (Linux with glibc), and changes the folder that it comes into.
    const libraries = ['/etc/ld.so.cache', join(dirname(real), '..', 'lib'), ...folders];
    const marks = await Promise.all([real, ...libraries].map(markOf));
    return [real, ...marks, ...search.map((entry) => entry.join('='))];
  } catch {
    return null;
  }
}

/** Whether it asks another program, maybe one of another machine: a script does, and what runs under a name that is not its own. */
export async function standsIn(path: string, name: string): Promise<boolean> {
  const real = await realpath(path);
  return !basename(real).startsWith(name) || (await isScript(real));
}

/** Which file or folder it is, and when it changed last. */
async function markOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? 'none' : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

async function isScript(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead < 2 || buffer.toString('latin1') === '#!';
  } finally {
    await handle.close();
  }
}
