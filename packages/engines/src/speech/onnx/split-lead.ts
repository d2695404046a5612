import { type LeadNodes, type OnnxModel, onnxNode, onnxSubgraphNode, renameNode } from './onnx-graph.ts';

/** Parts that the leading nodes are split into; more parts gain nothing. */
const parts = 8;

/**
 * The first `count` nodes of a model as a few If nodes whose condition always holds, each with some of the nodes inside. ONNX Runtime plans memory
 * for each graph by comparing all its values, which for the 2,400 nodes before a Piper voice's sound takes most of the time of loading; in parts it
 * takes a third. Null where a value that leaves a part has no known type. `replace` stands in for nodes, by name, as in `rewriteOnnx`;
 * `holds` names the condition, `keep` a value that is read from outside.
 */
export function splitLead(
  model: OnnxModel,
  {
    count,
    replace,
    holds,
    keep,
  }: {
    readonly count: number;
    readonly replace: ReadonlyMap<string, readonly Uint8Array[]>;
    readonly holds: string;
    readonly keep: string;
  },
): LeadNodes | null {
  const lastUse = new Map<string, number>();
  const firstUse = new Map<string, number>();
  model.nodes.forEach((node, index) => {
    for (const name of node.inputs) {
      lastUse.set(name, index);
      if (!firstUse.has(name)) firstUse.set(name, index);
    }
  });
  const nodes: Uint8Array[] = [];
  const moved = new Set<string>();
  const size = Math.ceil(count / parts);
  for (let from = 0; from < count; from += size) {
    const to = Math.min(count, from + size);
    const inside = model.nodes.slice(from, to);
    const leaving = inside.flatMap((node) =>
      node.outputs.filter((name) => (lastUse.get(name) ?? -1) >= to || model.outputs.includes(name) || name === keep),
    );
    if (leaving.some((name) => !model.types.has(name))) return null;
    const inner = new Map(leaving.map((name) => [name, `${name}/inside`]));
    const own = new Set(inside.flatMap((node) => node.inputs).filter((name) => model.initializers.has(name)));
    for (const name of own) if ((firstUse.get(name) ?? 0) < from || (lastUse.get(name) ?? 0) >= to) own.delete(name);
    for (const name of own) moved.add(name);
    nodes.push(
      onnxSubgraphNode({
        name: `filmwright/part${from}`,
        condition: holds,
        outputs: leaving,
        holding: {
          nodes: inside.flatMap((node) => (replace.get(node.name) ?? [node.raw]).map((raw) => renameNode(raw, inner))),
          initializers: [...own].map((name) => model.initializers.get(name) ?? new Uint8Array(0)),
          outputs: leaving.map((name) => inner.get(name) ?? name),
        },
        // Never run, but both branches must answer values of the same types.
        otherwise: {
          nodes: leaving.map((name) =>
            onnxNode({
              type: 'Cast',
              inputs: ['input_lengths'],
              output: `${name}/otherwise`,
              attributes: [{ name: 'to', value: model.types.get(name) ?? 1 }],
            }),
          ),
          initializers: [],
          outputs: leaving.map((name) => `${name}/otherwise`),
        },
      }),
    );
  }
  return { count, nodes, initializers: moved };
}
