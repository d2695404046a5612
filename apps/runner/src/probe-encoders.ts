import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import type { EncoderProbe } from '@filmwright/contracts';
import { standsIn } from '@filmwright/render/ffmpeg/known-answers';

const frames = 60;
const tryWithinMs = 20_000;
/** Encoders of these families need their frames on the device. */
const uploads: Readonly<Record<string, readonly string[]>> = {
  vaapi: ['-init_hw_device', 'vaapi=hw', '-filter_hw_device', 'hw'],
  vulkan: ['-init_hw_device', 'vulkan=hw', '-filter_hw_device', 'hw'],
};

/** How Linux names what encodes: GPUs (also through WSL), Jetsons, and the encoders of small boards. */
const devices = /^(?:dri|nvidia.*|nvhost.*|nvmap|dxg|kfd|video\d+|mpp_service)$/;

/**
 * Tries every hardware encoder of H.264, HEVC and AV1 that ffmpeg lists by encoding a second of 1280x720 at 60 fps, one after another. None is tried where
 * Linux shows no device that could in `folder`, its /dev, and ffmpeg works here: a script may have it work on another machine.
 */
export async function probeEncoders(ffmpeg: string, folder = '/dev'): Promise<readonly EncoderProbe[]> {
  const { stdout } = await runFfmpeg(ffmpeg, ['-encoders']);
  const names = hardwareEncoders(stdout);
  if (names.length > 0 && (await lacksDevices(folder)) && !(await standsIn(ffmpeg, 'ffmpeg'))) {
    const reason = `${folder} has no device that encodes (dri, nvidia0 and the like); where the machine has one, give it to the container`;
    return names.map((name) => ({ name, works: false, framesPerS: null, reason }));
  }
  const probes: EncoderProbe[] = [];
  for (const name of names) probes.push(await tryEncoder(ffmpeg, name));
  return probes;
}

async function lacksDevices(folder: string): Promise<boolean> {
  return process.platform === 'linux' && !(await readdir(folder)).some((name) => devices.test(name));
}

/** Names of hardware encoders in the list that `ffmpeg -encoders` prints. */
export function hardwareEncoders(list: string): readonly string[] {
  return [...list.matchAll(/^ V\S{5} ((?:h264|hevc|av1)_(?:nvenc|qsv|vaapi|amf|videotoolbox|v4l2m2m|vulkan|mf|rkmpp))\s/gm)].map(
    (match) => match[1] ?? '',
  );
}

/** Encodes a second of a moving picture and throws it away. */
export async function tryEncoder(ffmpeg: string, name: string): Promise<EncoderProbe> {
  const device = uploads[name.split('_').at(-1) ?? ''];
  const source = ['-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=${frames}:duration=1`];
  const args = [
    ...(device ?? []),
    ...source,
    '-vf',
    device === undefined ? 'format=nv12' : 'format=nv12,hwupload',
    '-c:v',
    name,
    '-f',
    'null',
    '-',
  ];
  const startedMs = performance.now();
  const { problem } = await runFfmpeg(ffmpeg, args);
  const framesPerS = Math.round((frames * 1000) / (performance.now() - startedMs));
  return problem === null
    ? { name, works: true, framesPerS: Math.max(1, framesPerS), reason: null }
    : { name, works: false, framesPerS: null, reason: problem };
}

type Ran = { readonly stdout: string; readonly problem: string | null };

function runFfmpeg(ffmpeg: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { timeout: tryWithinMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 ** 2 } as const;
    const child = execFile(ffmpeg, ['-hide_banner', '-v', 'error', '-nostdin', ...args], options, (error, stdout, stderr) => {
      const why = error?.killed
        ? `no end within ${tryWithinMs / 1000} s`
        : (stderr.split('\n').find((line) => line.trim() !== '') ?? error?.message ?? '');
      resolve({ stdout, problem: error === null ? null : why.trim().slice(0, 500) });
    });
    child.stdin?.end();
  });
}
