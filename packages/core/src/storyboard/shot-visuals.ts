import { backdropDesigns, type StoryboardMedia, type WrittenVisual } from '@filmwright/contracts';
import type { WantedShot } from './wanted-shots.ts';

/** Plain is kept for cards with nothing but words. */
const designs = backdropDesigns.filter((design) => design !== 'plain');
/** Shots in a row with one backdrop. */
const shotsEach = 2;
const drawnStyle = 'soft natural light, calm colours, cinematic still, no text';

export type VisualChoice = { readonly media: readonly StoryboardMedia[]; readonly drawings: boolean; readonly seed: number };

/**
 * What each shot shows: what a direction names; else a picture whose name or note shares most words with what is said, none twice while others are
 * unseen; else the rest of the pictures in their order; without any a drawing where those are allowed, and a backdrop that changes after every second shot and with each part.
 */
export function chooseVisuals(shots: readonly WantedShot[], { media, drawings, seed }: VisualChoice): readonly WrittenVisual[] {
  const chosen: (string | undefined)[] = shots.map(({ wish }) => (wish === null ? undefined : namedBy(wish, media)));
  const unseen = new Map(media.filter(({ file }) => !chosen.includes(file)).map((one) => [one.file, wordsOf(`${one.file} ${one.note}`)]));
  const fits = shots
    .flatMap((shot, at) => {
      const words = chosen[at] === undefined ? wordsOf(shotText(shot)) : new Set<string>();
      return [...unseen].map(([file, names]) => ({ at, file, shared: [...names].filter((word) => words.has(word)).length }));
    })
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || a.at - b.at);
  for (const { at, file } of fits) {
    if (chosen[at] !== undefined || !unseen.has(file)) continue;
    chosen[at] = file;
    unseen.delete(file);
  }
  // What nobody speaks of is shown in its order where nothing is shown yet.
  const left = [...unseen.keys()];
  const free = shots.flatMap((_, at) => (chosen[at] === undefined ? [at] : []));
  for (const [turn, at] of free.entries()) {
    const file = left[Math.floor((turn * left.length) / free.length)];
    if (left.length > 0 && file !== undefined && !(drawings && shots[at]?.wish != null)) chosen[at] = file;
  }
  const starts = new Map(shots.map(({ part }, at) => [part, at] as const).reverse());
  return shots.map((shot, at) => {
    const file = chosen[at] ?? (media.length > 0 && !drawings ? media[at % media.length]?.file : undefined);
    if (file !== undefined) return { show: 'picture', file };
    if (drawings) return { show: 'drawing', prompt: promptOf(shot) };
    const inPart = at - (starts.get(shot.part) ?? at);
    return { show: 'backdrop', design: designs[(seed + shot.part + Math.floor(inPart / shotsEach)) % designs.length] ?? 'halo' };
  });
}

/** The file that a direction names by its whole name or without folder and ending. */
function namedBy(wish: string, media: readonly StoryboardMedia[]): string | undefined {
  const wanted = wish.replace(/^\p{L}+:\s*/u, '').toLowerCase();
  return media.find(({ file }) => file.toLowerCase() === wanted || bareName(file) === bareName(wanted))?.file;
}

function bareName(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.\w{2,5}$/, '').toLowerCase();
}

function shotText({ heading, points, lines, wish }: WantedShot): string {
  return [heading ?? '', wish ?? '', ...points, ...lines.map(({ text }) => text)].join(' ');
}

/** Words that may tell what is seen: of four letters and more, by their first six letters so that endings do not matter. */
function wordsOf(text: string): ReadonlySet<string> {
  return new Set((text.toLowerCase().match(/\p{L}{4,}|\p{Script=Han}{2}/gu) ?? []).map((word) => word.slice(0, 6)));
}

function promptOf(shot: WantedShot): string {
  const wish = shot.wish?.replace(/^\p{L}{3,12}:\s+/u, '') ?? '';
  const said = shot.lines.map(({ text }) => text).join(' ');
  return `${(wish || said || shot.heading || shot.points.join(', ')).slice(0, 400).replace(/[\s.]+$/u, '')}; ${drawnStyle}`;
}
