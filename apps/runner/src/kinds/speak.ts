import { join } from 'node:path';
import { watchVoices } from '@filmwright/engines/speech/sherpa/sherpa-voice';
import { speakLine } from '@filmwright/engines/speech/speak-line';
import type { KindRunner } from '../run-task.ts';

/** Speaks one line with a voice that this machine has. */
export const runSpeak: KindRunner<'speak'> = async (
  { tokens, language, voice, revision, speed },
  { tempDir, store, home, models, answerMs: deadlineMs },
) => {
  watchVoices({ loaded: models.noteLoaded, dropped: models.drop });
  const outPath = join(tempDir, 'line.wav');
  const { samples, sampleRate, times, credit, natural } = await speakLine({
    tokens,
    language,
    voice,
    revision,
    speed,
    outPath,
    home,
    deadlineMs,
  });
  return { asset: await store({ path: outPath, mediaType: 'audio/wav' }), samples, sampleRate, times, credit, natural };
};
