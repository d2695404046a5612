import type { TimelineShot } from '@filmwright/contracts';
import { memberOf } from './otio-values.ts';
import type { ReadClip } from './read-tracks.ts';

/** Names of files that a timeline brings along and its film did not have. */
export type MediaNames = {
  /** The name under which the film document is to have the file at this address. */
  readonly nameOf: (url: string) => string;
  /** Address of each name that was given out. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly isPicture: (url: string) => boolean;
};

/** Gives out names below `media/`; those in `taken` are left alone. */
export function createMediaNames(taken: Iterable<string>): MediaNames {
  const used = new Set(taken);
  const addresses = new Map<string, string>();
  const names = new Map<string, string>();
  /** How many names a last part was given so far. */
  const counts = new Map<string, number>();
  return {
    addresses,
    nameOf(url) {
      const known = names.get(url);
      if (known !== undefined) return known;
      const base = lastPart(url) || 'file';
      let number = counts.get(base) ?? 1;
      let name = number === 1 ? `media/${base}` : `media/${number}-${base}`;
      for (; used.has(name); number++) name = `media/${number + 1}-${base}`;
      counts.set(base, number + 1);
      used.add(name);
      names.set(url, name);
      addresses.set(name, url);
      return name;
    },
    isPicture: (url) => /\.(png|jpe?g|webp|gif|avif|tiff?|bmp|heic)$/i.test(lastPart(url)),
  };
}

/** Finds the shot whose picture a clip is. Editors change the folder and the ending of media (proxies), but not the name; a clip that lost its media is known by what was written on it. */
export function shotFinder(shots: readonly TimelineShot[]): (clip: Pick<ReadClip, 'url' | 'own'>) => TimelineShot | undefined {
  const byName = new Map(shots.map((shot) => [stemOf(shot.file), shot]));
  const byIndex = new Map<unknown, TimelineShot>(shots.map((shot) => [shot.index, shot]));
  return ({ url, own }) => {
    if (url !== null) return byName.get(stemOf(url));
    return memberOf(own, 'role') === 'shot' ? byIndex.get(memberOf(own, 'shot')) : undefined;
  };
}

/** The last part of an address in plain characters, at most 200. */
export function lastPart(url: string): string {
  const last =
    decoded(url.split(/[?#]/)[0] ?? '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  return last.replace(/[\p{C}:*?"<>|]+/gu, '-').slice(-200);
}

export function stemOf(url: string): string {
  return lastPart(url).replace(/\.[^.]*$/, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
