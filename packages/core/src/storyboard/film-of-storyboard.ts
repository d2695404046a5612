import type { Credit, FilmDocument, RunnerOffer, StoryboardMedia, WrittenShot, WrittenStoryboard } from '@filmwright/contracts';
import type { ShotDocument } from '../edit/edit-shots.ts';
import { pickVoice } from '../plan/pick-voice.ts';
import { languageFit } from '../speech/voice-language.ts';
import { writtenByOf } from './writer-credit.ts';

export type FilmOfOptions = {
  readonly language: string;
  readonly media?: readonly StoryboardMedia[];
  /** Installed voices, so that each speaker gets one of their own; without any all speak with the film's. */
  readonly voices?: RunnerOffer['voices'];
  readonly aspect?: NonNullable<FilmDocument['format']>['aspect'];
  /** Of the model that wrote the storyboard; null for rules. */
  readonly credit?: Credit | null;
};

type Text = Exclude<NonNullable<ShotDocument['text']>, readonly unknown[]>;
type Palette = Required<NonNullable<NonNullable<FilmDocument['brand']>['colors']>> & { readonly card: readonly [string, string] };

/** Colours that go together: those of a brand, and two for cards with white letters. */
const palettes: readonly Palette[] = [
  { primary: '#243a5e', accent: '#e8963a', background: '#f3ede4', text: '#171b24', card: ['#20304f', '#3c5a8c'] },
  { primary: '#2f4a3c', accent: '#d9893b', background: '#eef1e8', text: '#161d18', card: ['#21382c', '#4d7a5d'] },
  { primary: '#4a2f57', accent: '#e0795b', background: '#f4eef2', text: '#1f1726', card: ['#2f2140', '#6d4a86'] },
  { primary: '#7a3524', accent: '#e3a23c', background: '#f7efe6', text: '#231613', card: ['#54251a', '#b0603c'] },
  { primary: '#1f4b57', accent: '#ef8354', background: '#ebf2f2', text: '#12201f', card: ['#173b45', '#3c7f8c'] },
];
const white = '#ffffff';
const moves = ['zoom-in', 'pan-right', 'zoom-out', 'pan-left'] as const;

/**
 * A film document of a storyboard, ready to be made and to be edited: texts where shots have something to show, voices for speakers, pictures that move,
 * calm transitions, colours that follow from the title. The same storyboard gives the same document.
 */
export function filmOfStoryboard(
  { title, shots }: WrittenStoryboard,
  { language, media = [], voices = [], aspect, credit = null }: FilmOfOptions,
): FilmDocument {
  const speakers = [...new Set(shots.flatMap(({ lines }) => lines.flatMap(({ speaker }) => speaker ?? [])))];
  const cast = castOf(speakers, { language, voices });
  const palette = palettes[[...title].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % palettes.length] ?? palettes[0];
  const kinds = new Map(media.map(({ file, kind }) => [file, kind]));
  const introduced = new Set<string>();
  const ids: Taken = new Map();
  const storyboard = shots.map((shot, at): ShotDocument => {
    const id = freeName(idOf(shot, at), ids);
    const card = isCard(shot);
    const newcomer = shot.lines.find(({ speaker }) => speaker !== null && !introduced.has(speaker))?.speaker ?? null;
    const introduces = newcomer !== null && shot.kind === 'plain' && shot.heading === null;
    if (introduces && newcomer !== null) introduced.add(newcomer);
    const texts = textsOf(shot, { card, introduces: introduces ? newcomer : null });
    const narration = narrationOf(shot, cast);
    const before = shots[at - 1];
    return {
      id,
      ...(narration === undefined ? {} : { narration }),
      ...(shot.seconds === null && narration !== undefined ? {} : { length: `${shot.seconds ?? 3}s` }),
      ...shownBy(shot, { card, kind: kinds.get(shot.visual.show === 'picture' ? shot.visual.file : ''), palette, at }),
      ...(texts.length === 0 ? {} : { text: texts.length === 1 && texts[0] !== undefined ? texts[0] : [...texts] }),
      ...transitionOf(shot, before),
      // What stands on the screen in full is not written there twice.
      ...(shot.kind === 'quote' && shot.points.length > 0 ? { captions: false } : {}),
    };
  });
  const { card: _card, ...colors } = palette ?? { card: null };
  return {
    filmwright: 1,
    title,
    language,
    ...(credit === null ? {} : { writtenBy: writtenByOf(credit) }),
    ...(aspect === undefined ? {} : { format: { aspect } }),
    ...(cast.size === 0 ? {} : { voices: Object.fromEntries([...cast].map(([, { name, use }]) => [name, { use }])) }),
    brand: { colors },
    storyboard,
  };
}

function isCard({ kind, visual }: WrittenShot): boolean {
  return (kind === 'opening' || kind === 'part' || kind === 'closing') && visual.show === 'backdrop';
}

function idOf({ kind, heading }: WrittenShot, at: number): string {
  if (kind === 'opening' || kind === 'closing') return kind;
  const words = (heading ?? '')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32)
    .replace(/-+$/, '');
  return words === '' ? `shot-${at + 1}` : words;
}

function narrationOf({ lines }: WrittenShot, cast: Cast): ShotDocument['narration'] | undefined {
  const said = lines.map(({ speaker, text }) => {
    const voice = speaker === null ? undefined : cast.get(speaker)?.name;
    return voice === undefined ? text : { say: text, voice };
  });
  const [first, ...others] = said;
  return first === undefined ? undefined : others.length === 0 ? first : [first, ...others];
}

function textsOf(
  { kind, heading, points }: WrittenShot,
  { card, introduces }: { readonly card: boolean; readonly introduces: string | null },
): readonly Text[] {
  const color = card ? { color: white } : {};
  const head = (text: Partial<Text>): readonly Text[] => (heading === null ? [] : [{ text: heading, style: 'title', ...color, ...text }]);
  switch (kind) {
    case 'opening':
    case 'closing':
      return head({ position: 'center', size: 1.15, width: 0.8 });
    case 'part':
      return head({ position: 'center', width: 0.8 });
    case 'quote': {
      const [quote] = points;
      const by: readonly Text[] =
        heading === null ? [] : [{ text: heading, style: 'subtitle', position: 'center', width: 0.7, at: '700ms' }];
      return quote === undefined
        ? by
        : [{ text: `“${quote}”`, style: 'title', position: 'center', size: quote.length > 90 ? 0.6 : 0.8, width: 0.76 }, ...by];
    }
    case 'points':
      return [...head({ size: 0.8 }), ...(points.length === 0 ? [] : [bullets(points, heading === null ? '0s' : '500ms')])];
    case 'plain':
      return introduces === null
        ? head(heading !== null && /^[^\p{L}]*\p{N}/u.test(heading) ? { size: 1.4 } : {})
        : [{ text: introduces, style: 'lower-third', for: '2500ms' }];
  }
}

function bullets(points: readonly string[], at: string): Text {
  return { text: [...points], style: 'bullets', at };
}

/** Names that are taken, each with the last number that was put behind it. */
type Taken = Map<string, number>;

/** The name, or with the first number behind it that makes it new; taken from then on. */
function freeName(wanted: string, taken: Taken): string {
  let count = taken.get(wanted) ?? 0;
  let name = wanted;
  do {
    count++;
    name = count === 1 ? wanted : `${wanted}-${count}`;
  } while (count > 1 && taken.has(name));
  taken.set(wanted, count);
  if (count > 1) taken.set(name, 1);
  return name;
}

type Showing = {
  readonly card: boolean;
  readonly kind: StoryboardMedia['kind'] | undefined;
  readonly palette: Palette | undefined;
  readonly at: number;
};

function shownBy(
  { visual, heading, points }: WrittenShot,
  { card, kind, palette, at }: Showing,
): Pick<ShotDocument, 'visual' | 'motion' | 'filters'> {
  if (visual.show === 'backdrop') {
    const colors = card && palette !== undefined ? { colors: [...palette.card] } : {};
    return { visual: { backdrop: card ? 'sweep' : visual.design, ...colors } };
  }
  // Words are read better on a picture that is darker at its edges.
  const filters = heading !== null || points.length > 0 ? { filters: { vignette: 0.4 } } : {};
  if (visual.show === 'drawing') return { visual: { generate: { prompt: visual.prompt } }, ...filters };
  if (kind === 'clip') return { visual: { clip: visual.file, loop: true }, ...filters };
  return { visual: { picture: visual.file }, motion: { move: moves[at % moves.length] ?? 'zoom-in', amount: 0.1 }, ...filters };
}

function transitionOf(shot: WrittenShot, before: WrittenShot | undefined): Pick<ShotDocument, 'transition'> {
  if (before === undefined) return {};
  if (shot.kind === 'part') return { transition: { kind: 'wipe-left', length: '600ms' } };
  if (shot.kind === 'closing') return { transition: { kind: 'dissolve', length: '700ms' } };
  const same = JSON.stringify(shot.visual) === JSON.stringify(before.visual) && isCard(shot) === isCard(before);
  return same ? {} : { transition: { kind: 'dissolve', length: '450ms' } };
}

type Cast = ReadonlyMap<string, { readonly name: string; readonly use: string }>;

/** A voice for each speaker in the order of their entrance, none that the narrator has while there are others; best voices first. */
function castOf(
  speakers: readonly string[],
  { language, voices }: { readonly language: string; readonly voices: RunnerOffer['voices'] },
): Cast {
  const narrator = pickVoice({ wanted: undefined, language, voices });
  const speaking = voices.filter((voice) => languageFit(voice.language, language) > 0);
  const others: (typeof voices)[number][] = [];
  for (let left = speaking.filter(({ id }) => id !== narrator?.id); left.length > 0; ) {
    const best = pickVoice({ wanted: undefined, language, voices: left });
    if (best === null) break;
    others.push(best);
    left = left.filter(({ id }) => id !== best.id);
  }
  // Natural voices and plain ones do not mix well.
  const alike = others.filter(({ natural }) => natural === narrator?.natural);
  const cast = alike.length > 0 ? alike : others;
  if (cast.length === 0) return new Map();
  const names: Taken = new Map();
  return new Map(
    speakers.map((speaker, at) => {
      const name = freeName(nameOf(speaker, at), names);
      return [speaker, { name, use: cast[at % cast.length]?.id ?? '' }];
    }),
  );
}

function nameOf(speaker: string, at: number): string {
  const bare = speaker
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return bare === '' ? `speaker-${at + 1}` : bare;
}
