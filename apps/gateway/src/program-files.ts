import { lstat, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file of the program of a runner: its path below the root, with slashes. */
export type ProgramFile = { readonly path: string; readonly bytes: number; readonly isProgram: boolean };

/** What a runner is installed from, beside its code: the lock file says every package to the byte. */
const single = ['.npmrc', 'LICENSE', 'package.json', 'package-lock.json', 'scripts/install.mjs', 'scripts/runner.mjs'] as const;
/** Folders of the workspace shelves that are code or come along with it; of an app that a runner does not start only its package.json, since the lock file names it. */
const shelves = [
  { shelf: 'packages', folders: ['src', 'models', 'rigs'], of: null },
  { shelf: 'apps', folders: ['bin', 'src'], of: ['cli', 'runner'] },
] as const;
/** Kinds of files that the program is made of; a key, a setting or a note that somebody left among them goes nowhere. */
const kinds = new Set(['.ts', '.js', '.json', '.sql', '.wasm', '.onnx', '.txt']);
const notices = new Set(['NOTICE', 'LICENSE']);
const leftOut = new Set(['node_modules', 'testing', 'fixtures', 'dist']);

/** The files of the program of a runner below `root`, by path: those of known folders and kinds, without tests, hidden files and links. */
export async function programFiles(root: string): Promise<readonly ProgramFile[]> {
  const found: ProgramFile[] = [];
  const add = async (path: string): Promise<void> => {
    const about = await lstat(join(root, path)).catch(() => null);
    if (about?.isFile()) found.push({ path, bytes: about.size, isProgram: (about.mode & 0o100) !== 0 });
  };
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(join(root, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.name.startsWith('.') || leftOut.has(entry.name)) continue;
      if (entry.isDirectory()) await walk(path);
      else if (isOfProgram(entry.name)) await add(path);
    }
  };
  for (const path of single) await add(path);
  for (const { shelf, folders, of } of shelves)
    for (const { name } of await entriesOf(join(root, shelf))) {
      await add(`${shelf}/${name}/package.json`);
      if (of === null || of.some((one) => one === name)) for (const folder of folders) await walk(`${shelf}/${name}/${folder}`);
    }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isOfProgram(name: string): boolean {
  return notices.has(name) || (kinds.has(extname(name)) && !/\.test\.\w+$/.test(name));
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}
