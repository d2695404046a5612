import { mostResumeBytes } from '@filmwright/contracts';

/** Thrown at a border by a task that is handed back; `resume` is what it needs to go on elsewhere. */
export class HandedBack extends Error {
  readonly resume: unknown;

  constructor(resume: unknown) {
    super('handed back at a border');
    this.resume = resume;
  }
}

/** Where a task may be handed back. */
export type Borders = {
  /** What the attempt before left, null at a first one; only the kind that wrote it knows what it means. */
  readonly resume: unknown;
  /** To be called where nothing would be lost by stopping; throws `HandedBack` with `resume`, which JSON must be able to say, where the task is asked for. */
  readonly reach: (resume: () => unknown) => void;
};

/** The borders of one task; `asked` tells whether it is to be handed back. */
export function bordersOf({ resume, asked }: { readonly resume: unknown; readonly asked: () => boolean }): Borders {
  return {
    resume: resume ?? null,
    reach(next) {
      if (!asked()) return;
      const left = next();
      // What is too much to carry goes on here.
      if (JSON.stringify(left).length <= mostResumeBytes) throw new HandedBack(left);
    },
  };
}
