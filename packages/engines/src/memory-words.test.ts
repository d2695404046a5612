import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryWords } from './memory-words.ts';

test('what runtimes say when memory ends is told from what they say of models and devices', () => {
  for (const said of [
    'CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cudnnCreate(&cudnn_handle_);',
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0',
    'std::bad_alloc',
    'CUDA failure 2: out of memory ; GPU=0',
    'Failed to allocate memory for requested buffer of size 1073741824',
  ])
    assert.match(said, memoryWords);
  for (const said of [
    'CUDNN failure 1: CUDNN_STATUS_NOT_INITIALIZED ; GPU=0',
    'Protobuf parsing failed.',
    'no CUDA-capable device is detected',
  ])
    assert.doesNotMatch(said, memoryWords);
});
