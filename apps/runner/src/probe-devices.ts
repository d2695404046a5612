import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type FoundDevices, gpuQuery, nvidiaDevices, visibleDevices } from './nvidia-devices.ts';

const answerWithinMs = 20_000;
/** Asks for what is free on slices, which no query of single values tells. */
export const sliceReport = ['-q', '-x'];

/** The GPUs of this machine, by nvidia-smi; none where it is not installed. What it says is wrong is told as a warning. */
export async function probeDevices(): Promise<FoundDevices> {
  const gpus = await ask([`--query-gpu=${gpuQuery}`, '--format=csv,noheader,nounits']);
  if (gpus.missing) return { devices: [], warnings: [] };
  if (gpus.problem !== null) return { devices: [], warnings: [whyNoDevices(gpus.problem, runningDriver())] };
  const [list, details, topology] = await Promise.all([ask(['-L']), ask(['-q']), ask(['topo', '-m'])]);
  // Only of slices it tells more, and it takes a second or two.
  const report = /^\s+MIG /m.test(list.text) ? await askNvidia(sliceReport) : null;
  const answers = { gpus: gpus.text, list: list.text, report, details: details.text, topology: topology.text };
  const found = nvidiaDevices(answers, { host: hostname(), numaOf });
  return { ...found, devices: visibleDevices(found.devices, process.env['CUDA_VISIBLE_DEVICES']) };
}

/** What nvidia-smi prints to a question; null where it fails or is not there. */
export async function askNvidia(args: readonly string[]): Promise<string | null> {
  const { text, missing, problem } = await ask(args);
  return missing || problem !== null ? null : text;
}

type Answer = { readonly text: string; readonly missing: boolean; readonly problem: string | null };

function ask(args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', [...args], { timeout: answerWithinMs, maxBuffer: 16 * 1024 ** 2 }, (error, stdout, stderr) => {
      const missing = error !== null && error.code === 'ENOENT';
      // It tells of a driver that does not match its library on standard output.
      const said = `${stdout} ${stderr}`.replace(/\s+/g, ' ').trim().slice(0, 500);
      resolve({ text: stdout, missing, problem: error === null ? null : said || error.message });
    });
  });
}

/** Why no GPU is offered and what to do, by what nvidia-smi said and the version of the driver that the kernel runs. */
export function whyNoDevices(said: string, running: string | null): string {
  const what = `nvidia-smi fails, GPUs are not offered: ${said}${/[.!?]$/.test(said) ? '' : '.'}`;
  if (!/Driver\/library version mismatch/i.test(said))
    return `${what} Mend the driver until nvidia-smi lists the GPUs, and start the runner again.`;
  const driver = running === null ? 'The driver that the kernel runs' : `The kernel runs driver ${running}, which`;
  return `${what} ${driver} is not of the version of its library, as after an update of the driver: restart the machine, or in a container have it use the driver of its host, and start the runner again.`;
}

/** The version of the driver that the kernel has loaded. */
function runningDriver(): string | null {
  try {
    return readFileSync('/sys/module/nvidia/version', 'utf8').trim();
  } catch {
    return null;
  }
}

function numaOf(bus: string): number | null {
  try {
    const node = Number(readFileSync(`/sys/bus/pci/devices/${bus}/numa_node`, 'utf8'));
    return node >= 0 ? node : null;
  } catch {
    return null;
  }
}
