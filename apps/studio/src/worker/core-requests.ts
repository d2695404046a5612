import type { FilmChange, FilmDocument, Issue, RunnerOffer, StoryboardMedia } from '@filmwright/contracts';
import type { PlainText, ProductText, ReadTimeline } from '@filmwright/core';

/** What the worker is asked: each takes too long on a big document to be done between two frames of the screen. */
export type CoreRequests = {
  readonly check: { readonly ask: { readonly document: unknown }; readonly reply: readonly Issue[] };
  readonly plain: { readonly ask: { readonly text: string }; readonly reply: PlainText };
  /** The film of a script by rules; null where the script has no words. */
  readonly script: {
    readonly ask: { readonly text: string; readonly media: readonly StoryboardMedia[]; readonly voices: RunnerOffer['voices'] };
    readonly reply: FilmDocument | null;
  };
  readonly product: { readonly ask: { readonly text: string; readonly language: string }; readonly reply: ProductText };
  readonly changes: { readonly ask: { readonly before: unknown; readonly after: unknown }; readonly reply: readonly FilmChange[] };
  readonly timeline: {
    readonly ask: { readonly text: string };
    readonly reply: Pick<ReadTimeline, 'document' | 'issues' | 'files'>;
  };
  /** A document made from a template as a film of its own, so that its shots can be edited; null where it has faults. */
  readonly unfold: { readonly ask: { readonly document: unknown }; readonly reply: FilmDocument | null };
};
export type CoreName = keyof CoreRequests;
export type CoreMessage = {
  readonly [Name in CoreName]: { readonly id: number; readonly name: Name; readonly ask: CoreRequests[Name]['ask'] };
}[CoreName];
export type CoreReply = { readonly id: number; readonly reply: unknown } | { readonly id: number; readonly error: string };
