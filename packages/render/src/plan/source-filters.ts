import type { SourceFilters } from '@filmwright/contracts';
import { type Chain, type Filter, filter } from './filtergraph.ts';

export type SourceGraph = {
  readonly width: number;
  readonly height: number;
  readonly filters: SourceFilters;
  /** Local path of the colour grade, when `filters.look` names one. */
  readonly lookPath: string | null;
  readonly format: 'yuv420p' | 'rgba';
  /** For a clip: the rate its frames are resampled to. */
  readonly fps: number | null;
};

/** The filtergraph that makes a picture or clip ready to be placed: denoise, scale, grade, sharpen, blur, then limited-range BT.709 or straight RGBA. */
export function sourceGraph({ width, height, filters, lookPath, format, fps }: SourceGraph): readonly Chain[] {
  const { denoise, sharpen, blurPx, lookStrength } = filters;
  const before: Filter[] = [
    ...(fps === null ? [] : [filter('fps', { fps, round: 'near' })]),
    ...(denoise > 0 ? [filter('hqdn3d', { luma_spatial: round(denoise * 8), chroma_spatial: round(denoise * 6) })] : []),
    filter('scale', { w: width, h: height, flags: 'lanczos+accurate_rnd+full_chroma_inp+full_chroma_int' }),
  ];
  const after: Filter[] = [
    ...(sharpen > 0 ? [filter('unsharp', { luma_msize_x: 5, luma_msize_y: 5, luma_amount: round(sharpen * 1.5) })] : []),
    ...(blurPx > 0 ? [filter('gblur', { sigma: round(blurPx / 2), steps: 2 })] : []),
    ...(format === 'rgba'
      ? [filter('format', { pix_fmts: 'rgba' })]
      : [
          filter('scale', { out_color_matrix: 'bt709', out_range: 'tv', flags: 'accurate_rnd+full_chroma_int' }),
          filter('format', { pix_fmts: 'yuv420p' }),
        ]),
  ];
  if (lookPath === null || lookStrength === 0) return [{ filters: [...before, ...after] }];
  const rgb = filter('format', { pix_fmts: format === 'rgba' ? 'rgba' : 'rgb24' });
  const grade = filter('lut3d', { file: lookPath, interp: 'tetrahedral' });
  if (lookStrength === 1) return [{ filters: [...before, rgb, grade, ...after] }];
  return [
    { filters: [...before, rgb, filter('split')], outputs: ['plain', 'tograde'] },
    { inputs: ['tograde'], filters: [grade], outputs: ['graded'] },
    { inputs: ['graded', 'plain'], filters: [filter('blend', { all_mode: 'normal', all_opacity: lookStrength }), ...after] },
  ];
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
