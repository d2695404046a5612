import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampSegment } from './stamp-segment.ts';

function box(type: string, ...holds: readonly Buffer[]): Buffer {
  const inside = Buffer.concat(holds);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(inside.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, inside]);
}
function fragment(time: bigint, version = 1): Buffer {
  const decodeTime = Buffer.alloc(version === 1 ? 12 : 8);
  decodeTime[0] = version;
  if (version === 1) decodeTime.writeBigUInt64BE(time, 4);
  return Buffer.concat([
    box('moof', box('mfhd', Buffer.alloc(8)), box('traf', box('tfhd', Buffer.alloc(8)), box('tfdt', decodeTime))),
    box('mdat', Buffer.from('tfdt')),
  ]);
}

test('fragments get their place and number; all else stays', () => {
  const bytes = Buffer.concat([fragment(0n), fragment(360_000n)]);
  const before = Buffer.from(bytes);
  stampSegment(bytes, { startTick: 5_000_000_000, number: 7 });
  const time = (of: Buffer, from: number): bigint => of.readBigUInt64BE(of.indexOf('tfdt', from, 'latin1') + 8);
  const second = bytes.length / 2;
  assert.deepEqual([time(bytes, 0), time(bytes, second)], [5_000_000_000n, 5_000_360_000n]);
  const number = (from: number): number => bytes.readUInt32BE(bytes.indexOf('mfhd', from, 'latin1') + 8);
  assert.deepEqual([number(0), number(second)], [7, 8]);
  const changed = [...bytes].filter((byte, at) => byte !== before[at]).length;
  assert.ok(changed <= 2 * (8 + 4));
});

test('bytes that are no fragments are refused', () => {
  assert.throws(() => stampSegment(box('mdat', Buffer.alloc(4)), { startTick: 0, number: 1 }), /no fragment/);
  assert.throws(() => stampSegment(fragment(0n, 0), { startTick: 0, number: 1 }), /32 bits/);
  assert.throws(() => stampSegment(fragment(0n).subarray(0, 30), { startTick: 0, number: 1 }), /wanted 8 to/);
});
