import type { Voice } from '@filmwright/client';
import { languageName } from '@filmwright/core';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';
import { useDocument } from '../film-context.ts';
import { useFilmField } from './use-field.ts';

let asked: Promise<readonly Voice[]> | null = null;

/** The installed voices, asked for once; empty until they are known. */
export function useVoices(): readonly Voice[] {
  return (
    useLoad('voices', () => {
      asked ??= studio().api.listVoices();
      asked.catch(() => {
        asked = null;
      });
      return asked;
    }).value ?? []
  );
}

/** The voices that the open film can choose: its own choice, those it names, then all others with those of its language first. */
export function useVoiceChoices(): readonly (readonly [voice: string, name: string])[] {
  const voices = useVoices();
  const own = Object.keys(useDocument().voices ?? {});
  const language = useFilmField().text(['language'], 'en');
  const fits = (voice: Voice): boolean => voice.language.split('-')[0] === language.split('-')[0];
  const sorted = [...voices].sort(
    (a, b) => Number(fits(b)) - Number(fits(a)) || Number(b.natural) - Number(a.natural) || a.id.localeCompare(b.id),
  );
  return [
    ['', 'Best for the language'],
    ...own.map((name) => [name, `${name} (of this film)`] as const),
    ...sorted.map((voice) => [voice.id, `${voice.id}, ${languageName(voice.language)}${voice.natural ? '' : ', simple'}`] as const),
  ];
}
