/** Sentences of a text in order, with their closing punctuation; blank ones are left out. */
export function sentencesOf(text: string, language: string): readonly string[] {
  return Array.from(segmenterOf(language).segment(text), (part) => part.segment.trim()).filter((part) => part !== '');
}

function segmenterOf(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'sentence' });
  } catch {
    return new Intl.Segmenter('en', { granularity: 'sentence' });
  }
}
