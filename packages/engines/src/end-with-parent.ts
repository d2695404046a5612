import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';

/**
 * Ends this process when its parent is gone, also in the middle of work that lets nothing else run: ONNX Runtime computes on the thread that hears of
 * it otherwise, and a step may last minutes.
 */
export function endWithParent(): void {
  // Processes of models are killed, and Node keeps compiled code only where one ends by itself.
  flushCompileCache();
  new Worker(new URL('./parent-watch.ts', import.meta.url), { workerData: process.ppid }).unref();
}
