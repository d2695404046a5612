import type { Film, Issue, RunnerOffer } from '@filmwright/contracts';
import { voiceAskedFor } from '../film/figures.ts';
import { problemAt } from '../film/issues.ts';
import { linePath, linesOf } from '../film/lines-of.ts';
import { bareLanguage, languageFit, languageName } from '../speech/voice-language.ts';
import type { Offer } from './merge-offers.ts';
import { pickVoice, voiceAdvice } from './pick-voice.ts';
import { type PoolIssue, tellPools } from './pool-models.ts';

/** Voices that the film asks for and that nobody offers, each with where it is asked for. */
export function voiceIssues(film: Film, { voices, pools }: Pick<Offer, 'voices' | 'pools'>): readonly PoolIssue[] {
  /** What is wanted by where it is asked for. */
  const asked = new Map<string, string | undefined>();
  for (const [index, shot] of film.storyboard.entries())
    for (const [number, line] of linesOf(shot).entries()) {
      if (line.recording !== undefined) continue;
      const { name, path } = voiceAskedFor(film, { shot, line });
      const entry = name === undefined ? undefined : film.voices[name];
      const own = path ?? `storyboard[${index}].${linePath(shot, number)}.voice`;
      asked.set(entry === undefined ? own : `voices.${name}.use`, entry?.use ?? name);
    }
  return [...asked].flatMap(([path, wanted]): readonly PoolIssue[] => {
    if (pickVoice({ wanted, language: film.language, voices }) !== null) return [];
    const issue = wanted === undefined ? silentLanguage(film, voices) : unknownVoice({ film, voices, wanted, path });
    return [tellPools(issue, { asked: wanted, kind: 'speak', pools })];
  });
}

function silentLanguage(film: Film, voices: RunnerOffer['voices']): Issue {
  const spoken = [...new Set(voices.map((voice) => bareLanguage(voice.language)))].sort();
  const found =
    spoken.length === 0
      ? 'no voice is installed'
      : `installed voices speak ${spoken.slice(0, 12).join(', ')}${spoken.length > 12 ? ' and others' : ''}`;
  return problemAt('language', {
    code: 'speech-unavailable',
    message: `No installed voice speaks ${languageName(film.language)}; ${found}.`,
    found,
    wanted: `a voice that speaks ${film.language}`,
    next: voiceAdvice(film.language, voices),
  });
}

type Unknown = { readonly film: Film; readonly voices: RunnerOffer['voices']; readonly wanted: string; readonly path: string };

function unknownVoice({ film, voices, wanted, path }: Unknown): Issue {
  const fitting = voices.filter((voice) => languageFit(voice.language, film.language) > 0).map((voice) => voice.id);
  const offered = fitting.length > 0 ? listed(fitting) : listed(voices.map((voice) => voice.id)) || 'none';
  return problemAt(path, {
    code: 'voice-unknown',
    message: `${path} asks for voice ${JSON.stringify(wanted)}, which is not installed; installed${fitting.length > 0 ? ` for ${film.language}` : ''}: ${offered}.`,
    found: wanted,
    wanted: offered,
    next: 'Run `npx filmwright voices` to see and install voices, or give the line a `recording`.',
  });
}

function listed(ids: readonly string[]): string {
  return ids.length > 20 ? `${ids.slice(0, 20).join(', ')} and ${ids.length - 20} more` : ids.join(', ');
}
