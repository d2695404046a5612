import type { BuildShots, DrawnTake, Output, ShotProgress } from '@filmwright/contracts';
import { frameStartMs } from '../film/frames.ts';
import { drawingText } from './drawing-text.ts';
import type { FilmPlan } from './plan-film.ts';
import type { PlannedTask } from './planner.ts';
import { spanRanges } from './spans.ts';
import type { SpokenLine } from './speech.ts';
import type { Uploads } from './uploads.ts';

export type ShotsViewInput = { readonly plan: FilmPlan; readonly planned: readonly PlannedTask[]; readonly uploads: Uploads };
type Shot = FilmPlan['shots'][number];

/** The film on its time axis as far as it is known: shots, lines, words, spans with a small picture each. */
export function shotsView({ plan, planned, uploads }: ShotsViewInput): BuildShots {
  const { film, size, frames } = plan;
  const byShot = new Map<number, PlannedTask[]>();
  for (const task of planned) {
    if (task.shot === null) continue;
    const list = byShot.get(task.shot);
    if (list === undefined) byShot.set(task.shot, [task]);
    else list.push(task);
  }
  return {
    fps: film.format.fps,
    ...size,
    frames,
    shots: plan.shots.map((shot) => {
      const written = film.storyboard[shot.index];
      const drawing = written === undefined ? undefined : drawingText({ shot: { ...written, id: shot.id }, format: film.format });
      const view = shotView(shot, { fps: film.format.fps, tasks: byShot.get(shot.index) ?? [] });
      return drawing === undefined ? view : { ...view, drawing };
    }),
    media: uploads.readable,
  };
}

function shotView(shot: Shot, { fps, tasks }: { readonly fps: number; readonly tasks: readonly PlannedTask[] }): ShotProgress {
  const startMs = frameStartMs(shot.startFrame, fps);
  return {
    id: shot.id,
    index: shot.index,
    startFrame: shot.startFrame,
    frames: shot.timing.frames,
    timed: shot.timed,
    percent: percentOf(tasks),
    lines: shot.lines.map((line, number) => lineView(line, startMs + (shot.timing.lineStartsMs[number] ?? 0))),
    spans: spanRanges(shot.timing.frames, fps).map((range, number) => ({
      startFrame: shot.startFrame + range.firstFrame,
      frames: range.frames,
      ...spanState(tasks.filter(({ address }) => address.startsWith(`${shot.address}/span/${number}/`))),
    })),
    ...takesOf(tasks),
  };
}

function lineView(line: SpokenLine, startMs: number): ShotProgress['lines'][number] {
  const times = line.audio?.times ?? [];
  return {
    text: line.say,
    startMs: rounded(startMs),
    endMs: rounded(startMs + line.lengthMs),
    sound: line.audio?.asset ?? null,
    words: line.tokens.flatMap(({ written }, index) => {
      const time = times[index];
      return time == null ? [] : [{ index, text: written, startMs: rounded(startMs + time.startMs), endMs: rounded(startMs + time.endMs) }];
    }),
  };
}

/** A span is done as soon as one rung of it can be looked at. */
function spanState(tasks: readonly PlannedTask[]): Pick<ShotProgress['spans'][number], 'state' | 'still'> {
  const states = tasks.map(({ key, result }) => result?.state ?? (key === null ? ('foreseen' as const) : ('waiting' as const)));
  const done = tasks.find(({ result }) => result?.state === 'done');
  const still = (done?.result?.output as { readonly still?: { readonly digest: string } } | undefined)?.still?.digest ?? null;
  const state = (['done', 'leased', 'failed', 'waiting'] as const).find((one) => states.includes(one)) ?? 'foreseen';
  return { state, still };
}

/** The takes that a model draws, in their order. */
function takesOf(tasks: readonly PlannedTask[]): { readonly takes?: readonly DrawnTake[] } {
  const takes = tasks
    .filter(({ kind }) => kind === 'generate')
    .map(({ address, key, result }): DrawnTake => {
      const output = result?.state === 'done' ? (result.output as Output<'generate'>) : null;
      return {
        take: Number(address.slice(address.lastIndexOf('/') + 1)),
        seed: output?.seed ?? null,
        state: result?.state ?? (key === null ? 'foreseen' : 'waiting'),
        percent: output !== null ? 100 : (result?.percent ?? 0),
        still: output?.still.digest ?? null,
        task: key,
      };
    });
  return takes.length === 0 ? {} : { takes: takes.sort((a, b) => a.take - b.take) };
}

function percentOf(tasks: readonly PlannedTask[]): number {
  let [total, done] = [0, 0];
  for (const { estimateMs, result } of tasks) {
    total += estimateMs;
    done += result?.state === 'done' ? estimateMs : result?.state === 'leased' ? (estimateMs * result.percent) / 100 : 0;
  }
  return total === 0 ? 0 : Math.round((done / total) * 1000) / 10;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
