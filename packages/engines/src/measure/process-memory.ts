import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const answerWithinMs = 10_000;

/** The most memory that a living process ever held, in MiB; null where the system does not tell. */
export async function peakRamMib(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Math.round((Number(kib) / 1024) * 10) / 10;
}

/** GPU memory that a process holds now, in MiB, by the driver's own account, of several GPUs on the one where it holds most; 0 where there is no GPU or none of it is held. */
export async function vramMib(pid: number): Promise<number> {
  const text = await new Promise<string>((resolve) => {
    const args = ['--query-compute-apps=gpu_uuid,pid,used_gpu_memory', '--format=csv,noheader,nounits'];
    execFile('nvidia-smi', args, { timeout: answerWithinMs }, (error, stdout) => resolve(error === null ? stdout : ''));
  });
  return vramIn(text, pid);
}

/** The most that a process holds on any one GPU, in the driver's table of `GPU, pid, MiB`. */
export function vramIn(table: string, pid: number): number {
  const held = new Map<string, number>();
  for (const line of table.split('\n')) {
    const [gpu = '', owner, mib] = line.split(',').map((cell) => cell.trim());
    if (Number(owner) === pid && Number.isFinite(Number(mib))) held.set(gpu, (held.get(gpu) ?? 0) + Number(mib));
  }
  return Math.max(0, ...held.values());
}
