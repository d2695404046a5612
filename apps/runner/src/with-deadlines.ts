import type { Workplace } from './workplace.ts';

/** A workplace whose models are given up where one request takes longer than `answerMs`: a look, a tile, a step or a frame, and loading. */
export function withDeadlines<Place extends Workplace & { readonly answerMs: number }>(place: Place): Place {
  const { answerMs, pictureModels, diffusion } = place;
  return {
    ...place,
    async pictureModels() {
      const pool = await pictureModels();
      return { ...pool, run: (model, request) => pool.run(model, { ...request, deadlineMs: answerMs }) };
    },
    async diffusion() {
      const engine = await diffusion();
      return {
        ...engine,
        generate: (model, request, options) => engine.generate(model, request, { ...options, silenceMs: answerMs }),
        generateTogether: (model, drawings) =>
          engine.generateTogether(
            model,
            drawings.map(({ request, options }) => ({ request, options: { ...options, silenceMs: answerMs } })),
          ),
      };
    },
  } satisfies Place;
}
