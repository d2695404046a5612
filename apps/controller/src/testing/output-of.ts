import { createHash } from 'node:crypto';
import type { Asset, Output, Task } from '@filmwright/contracts';

/** What a runner would hand over for a task of a film without speech, pictures or sound of its own; the assets have no bytes behind them. */
export function outputOf(task: Task): { readonly output: unknown; readonly assets: readonly Asset[] } {
  const asset: Asset = { digest: `sha256-${createHash('sha256').update(task.key).digest('hex')}`, bytes: 1000, mediaType: 'video/mp4' };
  const cmaf = { codec: 'avc1.640028', timescale: 90_000, initBytes: 700, fragments: [{ offset: 700, bytes: 1000, ticks: 90_000 }] };
  if (task.kind === 'inspect') return { output: { issues: [] } satisfies Output<'inspect'>, assets: [] };
  if (task.kind === 'encode') {
    const { frames } = task.payload.span;
    const output: Output<'encode'> = { asset, still: asset, frames, ssim: 0.99, blackFrames: [], repeatedFrames: [], composeMs: 1, cmaf };
    return { output, assets: [asset] };
  }
  if (task.kind === 'mix')
    return { output: { asset, samples: task.payload.sound.samples, gainDb: 0 } satisfies Output<'mix'>, assets: [asset] };
  if (task.kind === 'subtitles') return { output: { vtt: asset, srt: asset } satisfies Output<'subtitles'>, assets: [asset] };
  const frames = task.kind === 'assemble' ? task.payload.spans.reduce((sum, span) => sum + span.frames, 0) : 0;
  if (task.kind === 'assemble') return { output: { asset, frames } satisfies Output<'assemble'>, assets: [asset] };
  if (task.kind === 'measure-sound') {
    const output: Output<'measure-sound'> = { loudnessLufs: -14, truePeakDb: -2, loudnessRangeLu: 3, curve: [], captions: null };
    return { output, assets: [] };
  }
  if (task.kind !== 'measure') throw new Error(`no output of ${task.kind} is known to the tests`);
  const colour = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
  const { fps } = task.payload;
  const measured: Output<'measure'> = { frames: fps, width: 1280, height: 720, videoMs: 1000, soundMs: null, colour };
  return { output: measured, assets: [] };
}
