import { FilmwrightError, fromProblem, type StoryboardReport } from '@filmwright/contracts';
import { titleOf } from '@filmwright/core';
import { filmFromShots, filmOfScript, type NewFilm, type NewMedia, shotsFromProduct, storyboardMedia } from '../model/new-film.ts';
import { askCore } from '../worker/ask-core.ts';
import { studio } from './studio.ts';

export type ScriptFilm = {
  readonly text: string;
  readonly media: readonly NewMedia[];
  /** A model that writes the storyboard, `name@revision`; rules do where it is null. */
  readonly writer: string | null;
  /** Told how far a model is, 0..100. */
  readonly onPercent: (percent: number) => void;
  /** Told what a person should know of what a model wrote. */
  readonly onNotice: (notice: string) => void;
};

/** A new film of a script; throws the problem of a model that could not write it. */
export async function scriptFilm({ text, media, writer, onPercent, onNotice }: ScriptFilm): Promise<NewFilm> {
  const shown = storyboardMedia(media);
  if (writer === null) {
    const voices = await studio()
      .api.listVoices()
      .catch(() => []);
    const film = await askCore('script', { text, media: shown, voices });
    return film === null ? otherFilm({ text: '', media }) : filmOfScript(film, media);
  }
  const { api } = studio();
  let build = await api.writeStoryboard({ script: text, model: writer, media: [...shown] });
  onPercent(0);
  for await (build of api.followBuild({ id: build.id })) onPercent(Math.round(build.progress.percent));
  if (build.problem !== null) throw fromProblem(build.problem);
  const report = build.result?.report as StoryboardReport | null | undefined;
  if (report == null) throw new FilmwrightError('build-cancelled', `The storyboard was ${build.state} before it was written.`);
  for (const notice of report.notices) onNotice(notice);
  return filmOfScript(report.film, media);
}

/** A new film of a product page's text, or of nothing but media. */
export async function otherFilm({ text, media }: Pick<ScriptFilm, 'text' | 'media'>): Promise<NewFilm> {
  const language = 'en';
  const product = text.trim() === '' ? null : await askCore('product', { text, language });
  const title = (product?.product || titleOf(text) || 'Untitled film').slice(0, 200);
  return filmFromShots(product === null ? [] : shotsFromProduct(product), { title, media, language });
}
