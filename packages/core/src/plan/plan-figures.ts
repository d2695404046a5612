import type { Film, SpeechEnergy } from '@filmwright/contracts';
import { presenterOutline } from '../figure/rig-outline.ts';
import { isRigFile, speakerOf } from '../film/figures.ts';
import { linesOf } from '../film/lines-of.ts';
import { type FigureLayers, figureLayers } from './figure-layers.ts';
import type { RigOf } from './figure-places.ts';
import { ranks } from './planner.ts';
import type { ShotTiming } from './shot-timing.ts';
import type { SpokenLine } from './speech.ts';
import type { Uploads } from './uploads.ts';
import type { VisualInput } from './visual-input.ts';

/** The rigs of a film's characters: those that come along, and those of the user as soon as they were read. */
export function rigsOf(film: Film, uploads: Uploads): RigOf {
  return (character) => {
    const rig = Object.hasOwn(film.characters, character) ? film.characters[character]?.rig : undefined;
    if (rig === undefined) return undefined;
    return isRigFile(rig) ? uploads.media(rig, 'rig')?.outline : presenterOutline(rig);
  };
}

export type PlanFigures = VisualInput & { readonly timing: ShotTiming; readonly lines: readonly SpokenLine[] };

/** Has every line that a figure says listened to, and lays out the shot's figures once that is done. */
export function planFigures(input: PlanFigures): FigureLayers {
  const { film, shot, index, address, planner, uploads, timing, lines } = input;
  const energies: (SpeechEnergy | null)[] = [];
  let whole = true;
  for (const [number, line] of linesOf(shot).entries()) {
    if (speakerOf(shot, line) === null) {
      energies.push(null);
      continue;
    }
    const said = lines[number];
    const heard = planner.ask({
      address: `${address}/line/${number}/mouth`,
      kind: 'mouth',
      stage: 'speak',
      shot: index,
      rank: ranks.awaited,
      estimateMs: 150 + (said?.lengthMs ?? 0) * 0.01,
      payload: said === undefined || said.audio === null ? undefined : { audio: said.audio.asset },
    });
    energies.push(heard?.energy ?? null);
    whole &&= heard !== undefined;
  }
  const layers = figureLayers({ ...input, rigOf: rigsOf(film, uploads), spoken: { timing, lines, energies } });
  return whole ? layers : undefined;
}
