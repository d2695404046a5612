/** What ONNX Runtime and the system say when memory ends. */
export const memoryWords =
  /alloc(ate|ation)? *(memory|fail)|_ALLOC_FAILED|failed to allocate|bad_alloc|out of memory|BFCArena|array length|buffer allocation/i;
