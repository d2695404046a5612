import type { RunnerOffer } from '@filmwright/contracts';
import { bareLanguage, languageFit } from '../speech/voice-language.ts';

export type OfferedVoice = RunnerOffer['voices'][number];
type Pick = { readonly wanted: string | undefined; readonly language: string; readonly voices: RunnerOffer['voices'] };

/** Of the plain voices of one accent those that are understood best, the best one last. */
const clearest: readonly string[] = ['flite-rms', 'flite-slt'];

/**
 * The voice to use: the one asked for, else of those that speak the language a natural one before a plain one, one of this language alone before one of many,
 * flite before espeak-ng, the nearest accent first, then the clearest; null if there is none.
 */
export function pickVoice({ wanted, language, voices }: Pick): OfferedVoice | null {
  if (wanted !== undefined) return voices.find((voice) => voice.id === wanted) ?? null;
  const rank = (voice: OfferedVoice): number =>
    (voice.natural ? 100 : 0) +
    (voice.language === '*' ? 0 : 50) +
    (voice.engine === 'espeak-ng' ? 0 : 20) +
    languageFit(voice.language, language) +
    0.01 * (clearest.indexOf(voice.id) + 1);
  let best: OfferedVoice | null = null;
  for (const voice of voices) if (languageFit(voice.language, language) > 0 && (best === null || rank(voice) > rank(best))) best = voice;
  return best;
}

/** Languages that espeak-ng 1.51 and later speak, as its list of voices has them. */
const espeakLanguages = new Set(
  (
    'af am an ar as az ba be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gd gn gu hak haw he hi hr ht hu hy ia id is it ja ka kk kl kn ' +
    'ko kok ku ky la lb lt lv mi mk ml mr ms mt my ne nl no om or pa pap pl pt qu ro ru sd shn si sk sl sq sr sv sw ta te th tk tr tt ug uk ur uz vi yue zh'
  ).split(' '),
);

/** What to do where no voice speaks a language. */
export function voiceAdvice(language: string, voices: RunnerOffer['voices']): string {
  const espeak = voices.some((voice) => voice.engine === 'espeak-ng');
  if (!espeak && espeakLanguages.has(bareLanguage(language)))
    return `Install the program espeak-ng, which speaks it (\`apt-get install espeak-ng\`, \`brew install espeak-ng\`), and restart the runner; or add a natural voice with \`npx filmwright voices add FOLDER\`; or give every line a \`recording\`.`;
  return 'Add a voice that speaks it with `npx filmwright voices add FOLDER` (Piper and Kokoro have voices of many languages), name an installed one as `voice`, or give every line a `recording`.';
}
