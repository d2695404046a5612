import type { Film, MediaType } from '@filmwright/contracts';

/** A file that a film names, what it is used as, and where in the film document it stands. */
export type FileReference = { readonly file: string; readonly expect: MediaType; readonly path: string };

/** Every file a film names, in document order; the same file may come several times. */
export function fileReferences(film: Film): readonly FileReference[] {
  const found: FileReference[] = [];
  const add = (file: string | undefined, expect: MediaType, path: string): void => {
    if (file !== undefined) found.push({ file, expect, path });
  };
  if (film.brand.font !== 'default') {
    add(film.brand.font.regular, 'font', 'brand.font.regular');
    add(film.brand.font.bold, 'font', 'brand.font.bold');
  }
  add(film.brand.logo, 'picture', 'brand.logo');
  film.storyboard.forEach((shot, index) => {
    const at = `storyboard[${index}]`;
    const { narration, visual } = shot;
    if (Array.isArray(narration)) {
      narration.forEach((line, number) => {
        if (typeof line !== 'string') add(line.recording, 'sound', `${at}.narration[${number}].recording`);
      });
    } else if (typeof narration === 'object') add(narration.recording, 'sound', `${at}.narration.recording`);
    if (visual !== undefined) {
      const behind = 'background' in visual ? visual.background : visual;
      const where = 'background' in visual ? `${at}.visual.background` : `${at}.visual`;
      if ('picture' in behind) add(behind.picture, 'picture', `${where}.picture`);
      if ('clip' in behind) add(behind.clip, 'clip', `${where}.clip`);
      if ('subject' in visual) add(visual.subject.picture, 'picture', `${at}.visual.subject.picture`);
    }
    add(shot.filters?.look, 'lut', `${at}.filters.look`);
  });
  add(film.soundtrack.music, 'sound', 'soundtrack.music');
  return found;
}
