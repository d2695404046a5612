import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { closeSharedFile, openSharedFile, putArrays, takeArrays } from './shared-arrays.ts';

const floats = Float32Array.from({ length: 20_000 }, (_, i) => (i % 7 === 0 ? Number.NaN : i / 3));
const bytes = Uint8Array.from({ length: 70_001 }, (_, i) => i % 251);
const message = {
  kind: 'run',
  inputs: { x: { dims: [1, 2, 10_000], data: floats }, small: { dims: [3], data: new Float32Array([1, 2, 3]) } },
  part: bytes.subarray(1, 60_001),
  nothing: null,
};

test('large arrays leave a message for the file and come back as they were; messages under way at once do not touch each other', (t) => {
  const file = openSharedFile();
  t.after(() => closeSharedFile(file));
  assert.ok(file !== null);
  const [first, second] = [0, 3].map((place) => putArrays({ ...message, part: place === 0 ? message.part : bytes }, { file, place }));
  assert.ok(JSON.stringify(first).length < 400, 'nothing large is left');
  assert.deepEqual(takeArrays(first, file), message);
  assert.deepEqual(takeArrays(second, file), { ...message, part: bytes });
});

test('the file has no name: nothing is left of it, however a process ends', (t) => {
  const file = openSharedFile();
  t.after(() => closeSharedFile(file));
  assert.ok(file !== null);
  assert.equal(fstatSync(file).nlink, 0);
});

test('where the file takes nothing or there is none, a message carries its arrays itself', (t) => {
  const file = openSync(import.meta.filename, 'r');
  t.after(() => closeSync(file));
  assert.deepEqual(putArrays(message, { file, place: 0 }), message);
  assert.equal(putArrays(message, { file: null, place: 0 }), message);
});

test('a file that ends too early is an error, not an array of noughts', (t) => {
  const file = openSharedFile();
  t.after(() => closeSharedFile(file));
  assert.throws(
    () => takeArrays({ data: { arrayKind: 'Float32Array', at: 0, bytes: 40_000 } }, file),
    /An array of 40000 bytes ends after 0/,
  );
});
