import { setImmediate as turn } from 'node:timers/promises';
import { type FigureState, performanceSchema, type Rig, visemes } from '../../packages/contracts/src/index.ts';
import { figureState } from '../../packages/core/src/figure/figure-state.ts';
import { presenter } from '../../packages/core/src/figure/presenters.ts';
import { createFigurePainter } from '../../packages/render/src/figure/figure-painter.ts';

const heightPx = Number(process.argv[2] ?? 900);
const frames = 180;
const rounds = 3;

const performed = performanceSchema.parse({
  fps: 30,
  poses: ['explain', 'point', 'think', 'welcome', 'one', 'explain-left'].map((pose, index) => ({ frame: index * 30, pose })),
  emotions: [
    { frame: 20, emotion: 'happy' },
    { frame: 80, emotion: 'serious' },
  ],
  visemes: Array.from({ length: frames / 3 }, (_, index) => ({
    frame: index * 3,
    viseme: visemes[(index * 5) % visemes.length],
    open: 0.9,
  })),
});

/** The same rig with every shape marked as following the eyes by nothing, so that none is cut to its surroundings beforehand: each is clipped in every frame. */
function clippedRig(rig: Rig): Rig {
  const parts = rig.parts.map((part) => ({
    ...part,
    drawings: Object.fromEntries(
      Object.entries(part.drawings).map(([name, shapes]) => [name, shapes.map((shape) => ({ ...shape, gaze: shape.gaze ?? 0 }))]),
    ),
  }));
  return { ...rig, parts };
}

/** Milliseconds of processor time per frame, the least of some rounds: other work on the machine only adds to it. */
async function measure(paint: (state: FigureState) => unknown, states: readonly FigureState[]): Promise<number> {
  let least = Infinity;
  for (let round = 0; round <= rounds; round++) {
    let spent = 0;
    for (const state of states) {
      const start = process.cpuUsage();
      paint(state);
      const { user, system } = process.cpuUsage(start);
      spent += user + system;
      // Pixels handed out by the drawing library are freed between turns of the event loop.
      await turn();
    }
    if (round > 0) least = Math.min(least, spent / 1000 / states.length);
  }
  return least;
}

for (const name of ['mara', 'jonas']) {
  const rig = presenter(name) as Rig;
  const states = Array.from({ length: frames }, (_, frame) => figureState(rig, performed, frame));
  for (const framing of ['full', 'waist', 'bust']) {
    const own = await measure(createFigurePainter(rig, { heightPx, framing }).paint, states);
    const clipped = await measure(createFigurePainter(clippedRig(rig), { heightPx, framing }).paint, states);
    process.stdout.write(
      `figure ${name}, ${framing}, ${heightPx} px: ${own.toFixed(1)} ms a frame, clipped in every frame ${clipped.toFixed(1)} ms: ratio ${(own / clipped).toFixed(2)}\n`,
    );
  }
}
