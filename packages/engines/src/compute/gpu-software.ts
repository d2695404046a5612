import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** What this machine has of NVIDIA's: the architecture of its first GPU as `sm_90`, how many there are, and which of ONNX Runtime's providers have their libraries. */
export type GpuSoftware = {
  readonly architecture: string;
  readonly gpus: number;
  readonly cuda: boolean;
  /** Version of TensorRT, by the name of its library; null where it or ONNX Runtime's part for it is missing. */
  readonly tensorrt: string | null;
};

type Look = {
  /** Folders in which libraries are looked for, besides those of the system. */
  readonly folders: readonly string[];
  readonly run: (program: string, args: readonly string[]) => Promise<string | null>;
  readonly driverPresent: () => boolean;
};

const answerWithinMs = 20_000;

const thisMachine: Look = {
  folders: [...providerFolders(), ...(process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '')],
  run: (program, args) =>
    new Promise((resolve) => {
      execFile(program, [...args], { timeout: answerWithinMs }, (error, stdout) => resolve(error === null ? stdout : null));
    }),
  driverPresent: () => ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path)),
};

/** Looks for a GPU and the libraries that ONNX Runtime needs for it, without loading any of them; null where there is no GPU. */
export async function findGpuSoftware({ folders, run, driverPresent }: Look = thisMachine): Promise<GpuSoftware | null> {
  if (!driverPresent()) return null;
  const said = (await run('nvidia-smi', ['--query-gpu=compute_cap', '--format=csv,noheader'])) ?? '';
  const capability = /^\s*(\d+)\.(\d+)/.exec(said);
  if (capability === null) return null;
  const listed = ((await run('ldconfig', ['-p'])) ?? '').split('\n').flatMap((line) => /=> (\S+)$/.exec(line)?.[1] ?? []);
  const inFolders = await Promise.all(
    folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))),
  );
  const libraries = [...inFolders.flat(), ...listed];
  const find = (start: string): string | undefined => libraries.find((path) => basename(path).startsWith(start));
  const inference = find('libnvinfer.so');
  const version = inference === undefined ? null : versionOf(await realpath(inference).catch(() => inference));
  const cuda = find('libonnxruntime_providers_cuda') !== undefined;
  return {
    architecture: `sm_${capability[1]}${capability[2]}`,
    gpus: said.trim().split('\n').length,
    cuda,
    tensorrt: cuda && find('libonnxruntime_providers_tensorrt') !== undefined ? version : null,
  };
}

function versionOf(path: string): string | null {
  return /\.so\.([\d.]+)$/.exec(path)?.[1] ?? null;
}

/** Where the npm package of ONNX Runtime keeps its libraries for this machine. */
function providerFolders(): readonly string[] {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return ['napi-v6', 'napi-v3'].map((binding) => join(root, 'bin', binding, process.platform, process.arch));
}
