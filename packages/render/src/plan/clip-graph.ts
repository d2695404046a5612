import type { ClipSource } from './clip-frames.ts';
import { type Chain, type Filter, filter } from './filtergraph.ts';
import { sourceGraph } from './source-filters.ts';

export type ClipGraph = {
  readonly source: ClipSource;
  /** Local path of the colour grade, when `filters.look` names one. */
  readonly lookPath: string | null;
  /** Leaves out frames that are not shown. */
  readonly shown: readonly Filter[];
};

/** Codes of a matte that count as nothing and as all: what an encoder adds around flat black and white is below and above. */
const matte = { none: 19, all: 232 } as const;

/** The filtergraph of a clip from `0:v` to `out`: what is shown of it, cut, scaled and graded; with alpha the matte under it becomes its alpha. */
export function clipGraph({ source, lookPath, shown }: ClipGraph): readonly Chain[] {
  const { width, height, crop, alpha, filters } = source;
  const inner = sourceGraph({ width, height, filters, lookPath, format: alpha ? 'rgba' : 'yuv420p', fps: null });
  if (!alpha) {
    const cut = crop === null ? [] : [filter('crop', { w: crop.width, h: crop.height, x: crop.x, y: crop.y })];
    return joined(inner, { before: [...shown, ...cut], inputs: ['0:v:0'], outputs: ['out'] });
  }
  const { x, y } = crop ?? { x: 0, y: 0 };
  const size = crop === null ? { w: 'iw', h: 'ih/2' } : { w: crop.width, h: crop.height };
  const { none, all } = matte;
  return [
    { inputs: ['0:v:0'], filters: [...shown, filter('split')], outputs: ['upper', 'lower'] },
    ...joined(inner, { before: [filter('crop', { ...size, x, y })], inputs: ['upper'], outputs: ['colour'] }),
    {
      inputs: ['lower'],
      filters: [
        filter('crop', { ...size, x, y: `ih/2+${y}` }),
        filter('extractplanes', { planes: 'y' }),
        filter('scale', { w: width, h: height, flags: 'bicubic+accurate_rnd' }),
        filter('lut', { y: `clip((val-${none})*255/${all - none},0,255)` }),
      ],
      outputs: ['matte'],
    },
    { inputs: ['colour', 'matte'], filters: [filter('alphamerge'), filter('format', { pix_fmts: 'rgba' })], outputs: ['out'] },
  ];
}

type Join = { readonly before: readonly Filter[]; readonly inputs: readonly string[]; readonly outputs: readonly string[] };

/** A graph with filters in front and named ends. */
function joined(chains: readonly Chain[], { before, inputs, outputs }: Join): readonly Chain[] {
  return chains.map((chain, at) => ({
    ...chain,
    ...(at === 0 ? { inputs, filters: [...before, ...chain.filters] } : {}),
    ...(at === chains.length - 1 ? { outputs } : {}),
  }));
}
