import { attribute, type GraphBuilder } from './graph-builder.ts';
import type { LayerInput } from './ncnn-layers.ts';

/** The pixel grid of a picture (1, rows, columns, 2: across then down) and the factors that bring it to 0..2; made once for each picture. */
type Grid = { readonly pixels: string; readonly scale: string };
const grids = new WeakMap<GraphBuilder, Map<string, Grid>>();

/**
 * RIFE's own layer: the picture looked up at every pixel moved by the flow (pixels across, pixels down), bilinear, with borders held. Written with
 * GridSample, whose places go from -1 at the first pixel's centre to 1 at the last one's.
 */
export function warpLayer({ graph, inputs, output }: LayerInput): void {
  const [picture = '', flow = ''] = inputs;
  const known = grids.get(graph) ?? new Map<string, Grid>();
  grids.set(graph, known);
  const grid = known.get(picture) ?? gridOf(graph, picture);
  known.set(picture, grid);
  const step = (op: string, names: readonly string[], attributes = {}): string =>
    graph.step(op, { near: output, inputs: names, attributes });
  const moved = step('Add', [step('Transpose', [flow], { perm: attribute.ints(0, 2, 3, 1) }), grid.pixels]);
  const places = step('Sub', [step('Mul', [moved, grid.scale]), graph.floats('warp/one', { dims: [], values: [1] })]);
  graph.node('GridSample', {
    inputs: [picture, places],
    outputs: [output],
    attributes: { mode: attribute.text('bilinear'), padding_mode: attribute.text('border'), align_corners: attribute.int(1) },
  });
}

function gridOf(graph: GraphBuilder, picture: string): Grid {
  const near = `${picture}/grid`;
  const step = (op: string, names: readonly string[], attributes = {}): string => graph.step(op, { near, inputs: names, attributes });
  const scalar = (name: string, value: number): string => graph.ints(`warp/${name}`, { dims: [], values: [value] });
  const shape = step('Shape', [picture]);
  const lengthOf = (axis: number): string => step('Gather', [shape, scalar(`axis_${axis}`, axis)]);
  const [rows, columns] = [lengthOf(2), lengthOf(3)];
  const list = (name: string, values: readonly number[]): string => graph.ints(`warp/${name}`, { dims: [values.length], values });
  const float = { to: attribute.int(1) };
  const line = (length: string, dims: string): string =>
    step('Reshape', [step('Cast', [step('Range', [scalar('zero', 0), length, scalar('step', 1)])], float), dims]);
  const asList = (length: string): string => step('Reshape', [length, list('list', [1])]);
  const size = step('Concat', [list('one_batch', [1]), asList(rows), asList(columns), list('one_value', [1])], { axis: attribute.int(0) });
  const across = step('Expand', [line(columns, list('as_row', [1, 1, -1, 1])), size]);
  const down = step('Expand', [line(rows, list('as_column', [1, -1, 1, 1])), size]);
  const steps = step('Sub', [step('Concat', [asList(columns), asList(rows)], { axis: attribute.int(0) }), list('one_step', [1])]);
  return {
    pixels: step('Concat', [across, down], { axis: attribute.int(3) }),
    scale: step('Div', [graph.floats('warp/two', { dims: [], values: [2] }), step('Cast', [steps], float)]),
  };
}
