import { open } from 'node:fs/promises';

/** Has the disk keep what came into a folder, or was renamed there, also through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
