import { type Credit, type Film, type FilmDocument, readModelRef } from '@filmwright/contracts';

/** What a document says of the model that wrote its storyboard, from that model's credit. */
export function writtenByOf({ name, revision, licence, source, commercialUse }: Credit): NonNullable<FilmDocument['writtenBy']> {
  return { model: revision ?? name, licence, source, ...(commercialUse === undefined ? {} : { commercialUse }) };
}

/** The credit of the model that wrote a film's storyboard; none where people or rules did. */
export function writerCredits({ writtenBy }: Pick<Film, 'writtenBy'>): readonly Credit[] {
  if (writtenBy === undefined) return [];
  const { model, licence, source, commercialUse } = writtenBy;
  return [
    {
      role: 'model',
      name: readModelRef(model).name,
      licence,
      source,
      revision: model,
      note: 'wrote the storyboard',
      ...(commercialUse === undefined ? {} : { commercialUse }),
    },
  ];
}
