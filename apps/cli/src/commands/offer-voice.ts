import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { runShelf } from '../platform/run-shelf.ts';
import type { ListedVoice } from './voices.ts';

/** Offers the natural voice once when none is installed: asks on a terminal, takes it elsewhere. A film is made whatever comes of it. */
export async function offerVoice({ home, ask }: { readonly home: string; readonly ask: boolean }): Promise<void> {
  const offered = join(home, 'voice-offered');
  if (await stat(offered).catch(() => null)) return;
  const list = await runShelf<readonly ListedVoice[]>({ do: 'list-voices', home });
  if (list.some((voice) => voice.natural && voice.installed)) return;
  const voice = list.find((candidate) => candidate.natural && !candidate.installed);
  if (voice === undefined) return;
  const about = `${voice.name} (${voice.language}, ${voice.licence}): ${voice.notes}`;
  if (ask) {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await prompt.question(`Install a natural voice? ${about} [Y/n] `);
    prompt.close();
    if (/^n/i.test(answer.trim())) {
      await writeFile(offered, 'declined\n');
      return;
    }
  } else process.stderr.write(`Installing the natural voice ${about}\n`);
  try {
    await runShelf({ do: 'install-voice', home, name: voice.id });
  } catch (error) {
    process.stderr.write(
      `The voice could not be installed, so a plain one speaks: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    await writeFile(offered, 'failed\n');
  }
}
