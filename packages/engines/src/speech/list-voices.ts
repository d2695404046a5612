import { espeakVoices } from './espeak-voice.ts';
import { fliteVoices } from './flite/flite-voice.ts';
import { joeCard } from './sherpa/joe-card.ts';
import { sherpaInstalled } from './sherpa/sherpa-voice.ts';
import { infoOfCard, installedVoices } from './sherpa/voice-card.ts';
import type { VoiceInfo } from './voice.ts';

/** Every voice that can speak here now, and those that `installVoice` can bring (`installed` false); natural voices first. */
export async function listVoices({ home }: { readonly home: string }): Promise<VoiceInfo[]> {
  const ready = await sherpaInstalled();
  const installed = (await installedVoices(home)).map(({ card }) => infoOfCard(card, ready));
  const offered = installed.some(({ id }) => id === joeCard.id) ? [] : [infoOfCard(joeCard, false)];
  return [...installed, ...offered, ...(await fliteVoices()), ...(await espeakVoices())];
}
