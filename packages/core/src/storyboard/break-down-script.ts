import type { StoryboardMedia, WrittenShot, WrittenStoryboard } from '@filmwright/contracts';
import { plainText } from '../edit/plain-text.ts';
import { type ScriptBlock, scriptBlocks, withoutMarks } from './script-blocks.ts';
import { chooseVisuals } from './shot-visuals.ts';
import { speakersIn, withCues } from './speaker-lines.ts';
import { textLanguage } from './text-language.ts';
import { standsOut, type WantedShot, wantedShots } from './wanted-shots.ts';

export type BreakDownOptions = {
  /** BCP 47 tag; read from the script where it is left out. */
  readonly language?: string;
  /** Title of the film; the script's first heading, or first words, where it is left out. */
  readonly title?: string;
  readonly media?: readonly StoryboardMedia[];
  /** Whether shots without a picture may ask for one that is drawn from words. */
  readonly drawings?: boolean;
};

/** Plain shots between two that show what stands out. */
const restBetween = 1;

/**
 * A storyboard from a script by rules alone; the same script gives the same storyboard. Every word that is not a heading or a direction is said, in its
 * order. Null where the script has no words.
 */
export function breakDownScript(
  script: string,
  { language = textLanguage(script), title, media = [], drawings = false }: BreakDownOptions = {},
): WrittenStoryboard | null {
  const plain = withCues(plainText(script).text);
  const blocks = scriptBlocks(plain, speakersIn(plain));
  const first = blocks.find(({ type }) => type !== 'show' && type !== 'pause');
  const named = (title ?? (first === undefined ? '' : wordsOf(first))).slice(0, 200) || 'Untitled film';
  // Words that only begin a script are no title to be shown.
  const shownTitle = title ?? (first?.type === 'heading' ? named : null);
  const shots = wantedShots(blocks, { title: shownTitle, language });
  if (shots.length === 0) return null;
  const visuals = chooseVisuals(shots, {
    media,
    drawings,
    seed: [...named].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0),
  });
  let sinceShown = restBetween;
  return {
    title: named,
    shots: shots.map((shot, at): WrittenShot => {
      const { wish: _wish, part: _part, ...rest } = shot;
      const shown = shot.kind === 'plain' && shot.heading === null && sinceShown >= restBetween ? standingOut(shot) : null;
      sinceShown = shown === null && (shot.heading === null || shot.kind === 'quote') ? sinceShown + 1 : 0;
      return {
        ...rest,
        heading: shown ?? rest.heading,
        lines: rest.lines.map(({ speaker, text }) => ({ speaker, text: withoutMarks(text) })),
        visual: visuals[at] ?? { show: 'backdrop', design: 'halo' },
      };
    }),
  };
}

/** The title that a part would give a film. */
function wordsOf(block: ScriptBlock): string {
  if (block.type === 'heading') return block.text;
  if (block.type === 'prose') return titleOf(block.lines[0]?.text ?? '');
  if (block.type === 'list') return titleOf(block.items[0] ?? '');
  return block.type === 'quote' ? titleOf(block.text) : '';
}

function standingOut({ lines }: WantedShot): string | null {
  for (const { text } of lines) {
    const found = standsOut(text);
    if (found !== null) return found;
  }
  return null;
}

/** A title made of the first words of a text, at most 60 characters; empty where it has none. */
export function titleOf(text: string): string {
  const line = text
    .split('\n')
    .map((each) => withoutMarks(each.replace(/^(?:#+|>)\s*/, '')).trim())
    .find((each) => /[\p{L}\p{N}]/u.test(each) && !/^[[(（!]/u.test(each));
  if (line === undefined) return '';
  const sentence = /^.{8,60}?[.!?。！？:](?=\s|$)/u.exec(line)?.[0].replace(/[.:。]$/u, '') ?? line;
  if (sentence.length <= 60) return sentence;
  return `${sentence.slice(0, 60).replace(/\s+\S*$/u, '')}…`;
}
