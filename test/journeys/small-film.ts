import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const art = join(import.meta.dirname, '../../examples/art');

/** A film of six seconds with everything that takes a task: a picture, a cut-out with its own alpha, two voices of text, a transition. */
export const smallFilm = {
  title: 'Small',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  storyboard: [
    {
      id: 'one',
      narration: 'Hello there.',
      visual: { picture: join(art, 'studio-sweep.jpg') },
      text: { style: 'title', text: 'Small' },
    },
    {
      id: 'two',
      narration: 'Only $4.50 today.',
      visual: { background: { backdrop: 'halo' }, subject: { picture: join(art, 'orlune-logo-dark.png'), height: 0.3 } },
      transition: 'dissolve',
    },
    { id: 'three', length: '1s', visual: { backdrop: 'waves' }, text: { style: 'subtitle', text: 'The end' }, transition: 'wipe-left' },
  ],
  outputs: { master: { quality: 'draft' } },
};

/** Writes a document into a folder and gives its path. */
export function writeFilm(folder: string, document: unknown, name = 'film.json'): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(document));
  return path;
}
