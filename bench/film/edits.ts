import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '@filmwright/contracts';
import { benchHome, end, filmwright, removeHome, serve } from './platform.ts';

const art = join(import.meta.dirname, '../../examples/art');

type Shot = { readonly id: string; readonly narration: string; readonly visual: object; readonly transition?: string; captions?: boolean };
type Document = { readonly title: string; readonly storyboard: readonly Shot[]; readonly soundtrack: object; readonly captions?: object };

const sentences = [
  'A warm light makes a small room feel larger than it is.',
  'Most people read for twenty minutes before they fall asleep.',
  'The lamp is woven from recycled wool, and it is made to be repaired.',
  'By the lake the evening comes slowly, and nobody looks at the clock.',
  'One turn of the brass ring, and the light follows.',
];

/** About ten minutes of narrated shots on two pictures. */
function longFilm(shots: number): Document {
  return {
    title: 'Ten minutes',
    soundtrack: { music: join(art, '../sound/evening-light.m4a') },
    storyboard: Array.from({ length: shots }, (_, index) => ({
      id: `shot-${index}`,
      narration: `Part ${index + 1}. ${sentences[index % sentences.length] ?? ''} ${sentences[(index * 3 + 1) % sentences.length] ?? ''}`,
      visual:
        index % 3 === 2
          ? { background: { backdrop: 'sweep' }, subject: { picture: join(art, 'aurora-front.png') } }
          : { picture: join(art, 'camp-dusk.jpg') },
      ...(index % 2 === 1 ? { transition: 'dissolve' } : {}),
    })),
  };
}

/** What a change in a 10-minute film costs, as a share of its first build. */
export async function editsBench(shots = 66): Promise<void> {
  const home = benchHome();
  const { child } = await serve(home);
  const path = join(home, 'long.yaml');
  const out = join(home, 'out');
  const make = async (document: Document) => {
    await writeFile(path, JSON.stringify(document));
    return filmwright(home, ['make', path, '--out', out]);
  };
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  try {
    const film = longFilm(shots);
    const first = await make(film);
    const report = JSON.parse(await readFile(first.report, 'utf8')) as Report;
    say(
      `edits: first build of ${(report.durationMs / 60_000).toFixed(1)} min: ${(first.wallMs / 1000).toFixed(1)} s, ${first.tasks.run} tasks`,
    );
    const again = await make(film);
    say(`edits: again, unchanged: ${(again.wallMs / 1000).toFixed(2)} s, ${again.tasks.run} tasks run (wanted under 2 s, none)`);
    // A shot whose number is written in digits; in words it is spoken the same.
    const [middle, digits, words] = shots > 33 ? [33, 'Part 34.', 'Part thirty-four.'] : [6, 'Part 7.', 'Part seven.'];
    const changed = (change: (shot: Shot) => Shot): Document => ({
      ...film,
      storyboard: film.storyboard.map((shot, index) => (index === middle ? change(shot) : shot)),
    });
    const caption = await make(changed((shot) => ({ ...shot, narration: shot.narration.replace(digits, words) })));
    const share = (made: { readonly wallMs: number }): string => `${((made.wallMs / first.wallMs) * 100).toFixed(1)} %`;
    say(
      `edits: caption text changed: ${(caption.wallMs / 1000).toFixed(1)} s = ${share(caption)}, ${caption.tasks.run} tasks (wanted at most 5 %)`,
    );
    const spoken = await make(
      changed((shot) => ({ ...shot, narration: `${shot.narration} And that is truly worth remembering tonight.` })),
    );
    say(
      `edits: spoken words added: ${(spoken.wallMs / 1000).toFixed(1)} s = ${share(spoken)}, ${spoken.tasks.run} tasks (wanted at most 10 %)`,
    );
  } finally {
    await end(child);
    await removeHome(home);
  }
}
