import type { ModelCard, ModelFile } from './model-card.ts';

/** Who accepted which licence when; `textDigest` is of the terms as they were shown, so that changed terms are shown again. */
export type AcceptedLicence = {
  readonly model: string;
  readonly licence: string;
  readonly textDigest: string;
  readonly acceptedAt: string;
  readonly acceptedBy: string;
};

/**
 * Models and voices of the platform's home that its runners may have: whole ones, of each name the newest revision first, whose files are fetched by digest. What was accepted there of a
 * model's licence goes along. Who reads it holds every card against its schema: a gateway of a later version may know more of one.
 */
export type PlatformShelf = {
  readonly models: readonly { readonly card: ModelCard; readonly accepted: readonly AcceptedLicence[] }[];
  readonly voices: readonly ShelfVoice[];
};

/** A voice by the name of its folder; one of its files is `voice.json`, its card. */
export type ShelfVoice = { readonly id: string; readonly files: readonly ModelFile[]; readonly accepted: readonly AcceptedLicence[] };
