import { espeakVoices } from './espeak-voice.ts';
import { fliteVoices } from './flite/flite-voice.ts';
import { voiceProblem } from './sherpa/check-voice.ts';
import { joeCard } from './sherpa/joe-card.ts';
import { sherpaInstalled } from './sherpa/sherpa-voice.ts';
import { infoOfCard, installedVoices } from './sherpa/voice-card.ts';
import type { VoiceInfo } from './voice.ts';

/** Every voice that can speak here now, and those that `installVoice` can bring or whose files were found changed (`installed` false); natural voices first. */
export async function listVoices({ home }: { readonly home: string }): Promise<VoiceInfo[]> {
  const ready = await sherpaInstalled();
  const installed: VoiceInfo[] = [];
  for (const voice of await installedVoices(home)) installed.push(infoOfCard(voice.card, ready && (await voiceProblem(voice)) === null));
  const offered = installed.some(({ id }) => id === joeCard.id) ? [] : [infoOfCard(joeCard, false)];
  return [...installed, ...offered, ...(await fliteVoices()), ...(await espeakVoices())];
}
