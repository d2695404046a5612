import type { InferenceSession } from 'onnxruntime-node';
import { type ComputeProvider, providerChain } from './compute.ts';

type Session = {
  readonly provider: ComputeProvider;
  readonly threads: number;
  /** Which of the GPUs that this process sees, from 0 on. */
  readonly gpu?: number;
};

/** How every model is loaded by ONNX Runtime, and with that which bytes it gives: so many threads for one operator after another, graphs rewritten as far as that goes, only errors told. */
export function sessionOptions({ provider, threads, gpu = 0 }: Session) {
  const chain = providerChain(provider);
  return {
    executionProviders: gpu === 0 ? [...chain] : chain.map((name) => (name === 'cpu' ? name : { name, deviceId: gpu })),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  } as const satisfies InferenceSession.SessionOptions;
}
