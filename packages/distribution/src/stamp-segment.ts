/**
 * Gives the fragments of a segment their place in the film: sets the number of each fragment (`mfhd`) and adds `startTick` to its decode time
 * (`tfdt`), in place. The bytes are one or more whole fragments whose times count from the start of their own asset, as boxes of ISO/IEC 14496-12
 * with 64-bit decode times; throws where they are not. Length and every other byte stay.
 */
export function stampSegment(bytes: Uint8Array, { startTick, number }: { readonly startTick: number; readonly number: number }): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let fragments = 0;
  for (const fragment of boxes(view, { from: 0, until: bytes.length })) {
    if (fragment.type !== 'moof') continue;
    for (const inner of boxes(view, fragment.inside)) {
      if (inner.type === 'mfhd') view.setUint32(inner.inside.from + 4, number + fragments);
      if (inner.type !== 'traf') continue;
      for (const { type, inside } of boxes(view, inner.inside)) {
        if (type !== 'tfdt') continue;
        if (view.getUint8(inside.from) !== 1) throw new Error('a fragment has a decode time of 32 bits; wanted 64');
        view.setBigUint64(inside.from + 4, view.getBigUint64(inside.from + 4) + BigInt(startTick));
        fragments++;
      }
    }
  }
  if (fragments === 0) throw new Error(`${bytes.length} bytes hold no fragment with a decode time`);
}

type Range = { readonly from: number; readonly until: number };

function* boxes(view: DataView, { from, until }: Range): Generator<{ readonly type: string; readonly inside: Range }> {
  for (let at = from; at + 8 <= until; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > until) throw new Error(`a box at byte ${at} has ${size} bytes; wanted 8 to ${until - at}`);
    const type = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    yield { type, inside: { from: at + 8, until: at + size } };
    at += size;
  }
}
