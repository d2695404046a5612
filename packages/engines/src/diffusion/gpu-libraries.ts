import { existsSync } from 'node:fs';
import { listSupportedBackends } from 'onnxruntime-node';

/**
 * Whether this machine has an NVIDIA driver and this build of ONNX Runtime can use it; only then is a GPU tried, so that others start faster. Called in a
 * model's own process, as it loads the runtime.
 */
export function gpuLibrariesPresent(): boolean {
  const driver = existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
  return driver && listSupportedBackends().some(({ name }) => name === 'cuda' || name === 'tensorrt');
}
