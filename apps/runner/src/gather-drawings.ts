import type { DiffusionEngine, DiffusionModel, Generated, GenerateOptions, GenerateRequest } from '@filmwright/engines';

/** The place of one task in a batch that draws. */
export type Seat = {
  /** An engine whose first drawing waits for those of the others, to be drawn side by side with them; later ones are drawn alone. */
  readonly engine: (engine: DiffusionEngine) => DiffusionEngine;
  /** It asks for none any more. */
  readonly leave: () => void;
};

type Waiting = {
  readonly engine: DiffusionEngine;
  readonly model: DiffusionModel;
  readonly request: GenerateRequest;
  readonly options: GenerateOptions;
  readonly begun: (drawn: Promise<Generated>) => void;
};

/** Seats for so many tasks; they draw once each has asked for its drawing or left. */
export function gatherDrawings(tasks: number): readonly Seat[] {
  let missing = tasks;
  const waiting: Waiting[] = [];
  const come = (): void => {
    missing--;
    if (missing > 0) return;
    const all = waiting.splice(0);
    for (const folder of new Set(all.map(({ model }) => model.folder))) {
      const alike = all.filter(({ model }) => model.folder === folder);
      const [first] = alike;
      const drawn = first?.engine.generateTogether(first.model, alike) ?? [];
      alike.forEach(({ begun }, at) => {
        begun(drawn[at] as Promise<Generated>);
      });
    }
  };
  return Array.from({ length: tasks }, () => {
    let here = false;
    return {
      engine: (engine) => ({
        ...engine,
        generate(model, request, options = {}) {
          if (here) return engine.generate(model, request, options);
          here = true;
          return new Promise((begun) => {
            waiting.push({ engine, model, request, options, begun });
            come();
          });
        },
      }),
      leave() {
        if (here) return;
        here = true;
        come();
      },
    };
  });
}
