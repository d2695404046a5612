import type { Credit, Token, TokenTime } from '@filmwright/contracts';

/** A voice that is installed or can be. `language` is BCP 47, or `*` for one that speaks many. */
export type VoiceInfo = {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly licence: string;
  readonly source: string;
  readonly engine: string;
  readonly natural: boolean;
  readonly notes: string;
  readonly installed: boolean;
};

/** A line to speak: one token per spoken word. `speed` 1 is the voice's own pace. */
export type SpeakRequest = {
  readonly tokens: readonly Token[];
  readonly voice: string;
  readonly language: string;
  readonly speed: number;
  readonly outPath: string;
  readonly home: string;
  readonly signal?: AbortSignal;
};

/** A spoken WAV file; `times` is null where the engine cannot tell when its words are said. */
export type SpokenAudio = { readonly samples: number; readonly sampleRate: number; readonly times: readonly TokenTime[] | null };
export type SpokenLine = SpokenAudio & { readonly credit: Credit; readonly natural: boolean };
