import { readdir, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, hostname, totalmem } from 'node:os';
import type { Machine } from '@filmwright/contracts';
import { probeEncoders } from './probe-encoders.ts';

/** What this machine has, as far as containers let this process use it. Only with `encoders` each hardware encoder is tried, which takes seconds. */
export async function probeMachine(options: {
  readonly home: string;
  readonly ffmpeg: string;
  readonly encoders: boolean;
  readonly warnings: readonly string[];
}): Promise<Machine> {
  const [disk, nodes, boot, encoders] = await Promise.all([
    statfs(options.home),
    readdir('/sys/devices/system/node').catch(() => []),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    options.encoders ? probeEncoders(options.ffmpeg) : [],
  ]);
  // A container without a limit says 0, or more than there is.
  const limit = process.constrainedMemory();
  const processor = cpus()[0]?.model.replace(/\s+/g, ' ').trim().slice(0, 200) ?? '';
  return {
    // Containers of one kernel have names, and memory, of their own.
    ...(boot !== '' && { id: `${hostname()} ${boot.trim()}`.slice(0, 200) }),
    cores: availableParallelism(),
    ...(processor !== '' && { processor }),
    memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    diskFreeBytes: disk.bavail * disk.bsize,
    numaNodes: Math.max(1, nodes.filter((name) => /^node\d+$/.test(name)).length),
    downBytesPerS: null,
    upBytesPerS: null,
    encoders,
    warnings: options.warnings,
  };
}
