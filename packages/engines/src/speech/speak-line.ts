import { FilmwrightError } from '@filmwright/contracts';
import { fliteVoices, speakWithFlite } from './flite.ts';
import type { SpeakRequest, SpokenAudio, SpokenLine, VoiceInfo } from './speech-engine.ts';

/** Every voice of this machine, natural ones first. */
export async function listVoices(_options: { readonly home: string }): Promise<readonly VoiceInfo[]> {
  return [...(await fliteVoices())];
}

/** Speaks one line with an installed voice into a WAV file; throws `voice-unknown` naming those that are installed. */
export async function speakLine(request: SpeakRequest): Promise<SpokenLine> {
  const voices = await listVoices(request);
  const voice = voices.find((candidate) => candidate.id === request.voice && candidate.installed);
  if (voice === undefined) {
    const installed = voices.filter((candidate) => candidate.installed).map((candidate) => candidate.id);
    throw new FilmwrightError(
      'voice-unknown',
      `The voice ${JSON.stringify(request.voice)} is not installed here; installed: ${installed.join(', ') || 'none'}.`,
    );
  }
  const spoken = await engineOf(voice)(request);
  const note = voice.notes === '' ? {} : { note: voice.notes };
  return {
    ...spoken,
    natural: voice.natural,
    credit: { role: 'voice', name: voice.name, licence: voice.licence, source: voice.source, ...note },
  };
}

function engineOf(voice: VoiceInfo): (request: SpeakRequest) => Promise<SpokenAudio> {
  switch (voice.engine) {
    case 'flite':
      return speakWithFlite;
    default:
      throw new FilmwrightError('speech-unavailable', `No engine speaks voices of ${voice.engine}.`);
  }
}
