import type { InferenceSession } from 'onnxruntime-node';
import { type ComputeProvider, providerChain } from './compute.ts';

/** How every model is loaded by ONNX Runtime, and with that which bytes it gives: so many threads for one operator after another, graphs rewritten as far as that goes, only errors told. */
export function sessionOptions({ provider, threads }: { readonly provider: ComputeProvider; readonly threads: number }) {
  return {
    executionProviders: [...providerChain(provider)],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  } as const satisfies InferenceSession.SessionOptions;
}
