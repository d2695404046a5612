import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A machine with GPUs that are not there; each list of `fabrics` holds how many reach each other over NVLink. */
export type PretendGpus = {
  readonly name: string;
  readonly fabrics: readonly number[];
  readonly vramMib?: number;
  /** Made-up models of drills and the GPU memory that they take, MiB. */
  readonly models?: Readonly<Record<string, number>>;
};
/** Names of the GPUs by fabric, and what a runner is given to find them and to have drills on them. */
export type Pretended = { readonly ids: readonly (readonly string[])[]; readonly env: Readonly<Record<string, string>> };

/** Puts an nvidia-smi into the folder that answers as the driver of such a machine would. */
export function pretendGpus(folder: string, { name, fabrics, vramMib = 24_576, models = {} }: PretendGpus): Pretended {
  mkdirSync(folder, { recursive: true });
  const fabricOf = fabrics.flatMap((count, fabric) => Array.from({ length: count }, () => fabric));
  const idOf = (index: number): string => `GPU-${name}-${index}`;
  const all = fabricOf.map((_, index) => index);
  const linkOf = (one: number, other: number): string => (one === other ? 'X' : fabricOf[one] === fabricOf[other] ? 'NV12' : 'SYS');
  const answers: Readonly<Record<string, readonly string[]>> = {
    gpus: all.map((index) => `${index}, ${idOf(index)}, a GPU, ${vramMib}, ${vramMib}, 550.54.15, 00000000:1${index}:00.0`),
    free: all.map((index) => `${idOf(index)}, ${vramMib}`),
    details: ['Driver Version : 550.54.15', 'CUDA Version : 12.4'],
    topology: [
      `\t${all.map((index) => `GPU${index}`).join('\t')}`,
      ...all.map((one) => `GPU${one}\t${all.map((other) => linkOf(one, other)).join('\t')}`),
    ],
  };
  for (const [file, lines] of Object.entries(answers)) writeFileSync(join(folder, file), `${lines.join('\n')}\n`);
  const cases = { '*query-gpu=index*': 'gpus', '*query-gpu=uuid*': 'free', '-q': 'details', 'topo*': 'topology' };
  const lines = Object.entries(cases).map(([asked, file]) => `  ${asked}) cat '${join(folder, file)}' ;;`);
  const program = join(folder, 'nvidia-smi');
  writeFileSync(program, `#!/bin/sh\ncase "$*" in\n${lines.join('\n')}\n  -L|*compute-apps*) ;;\n  *) exit 1 ;;\nesac\n`);
  chmodSync(program, 0o755);
  return {
    ids: fabrics.map((_, fabric) => all.filter((index) => fabricOf[index] === fabric).map(idOf)),
    env: {
      PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
      FILMWRIGHT_DRILLS: 'gpus',
      FILMWRIGHT_DRILL_MODELS: Object.entries(models)
        .map(([model, mib]) => `${model}=${mib}`)
        .join(),
    },
  };
}
