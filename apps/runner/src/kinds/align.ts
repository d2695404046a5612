import { alignWords } from '@filmwright/engines/speech/align/align-words';
import type { KindRunner } from '../run-task.ts';

/** Times the words of a line in given audio. */
export const runAlign: KindRunner<'align'> = async ({ audio, tokens, language }, { pathOf, home, toolset }) =>
  alignWords({ audioPath: await pathOf(audio), tokens, language, home, ffmpegPath: toolset.ffmpeg });
