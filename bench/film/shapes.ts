import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Report } from '@filmwright/contracts';
import { benchHome, end, filmwright, removeHome, serve } from './platform.ts';

const art = join(import.meta.dirname, '../../examples/art');
const run = promisify(execFile);
const shapes = ['16:9', '9:16', '1:1', '4:5'] as const;
const rates = [24, 25, 30, 50, 60] as const;

/** Three shots with speech, a picture that other shapes crop, a subject and two transitions, in every shape. */
const film = (fps: number): object => ({
  title: 'Shapes',
  voice: 'flite-slt',
  format: { resolution: '720p', fps },
  storyboard: [
    { id: 'place', narration: 'A place by the lake.', visual: { picture: join(art, 'camp-dusk.jpg') }, text: { text: 'By the lake' } },
    {
      id: 'lamp',
      narration: 'A lamp for $129.',
      visual: { background: { backdrop: 'halo' }, subject: { picture: join(art, 'aurora-front.png'), height: 0.6, at: [0.7, 0.45] } },
      text: [{ text: 'Aurora' }, { style: 'price-tag', text: '$129' }],
      transition: { kind: 'slide-left', length: '600ms' },
    },
    { id: 'end', length: '1500ms', visual: { backdrop: 'waves' }, text: { style: 'subtitle', text: 'The end' }, transition: 'dissolve' },
  ],
  outputs: { aspects: shapes.slice(1), master: { quality: 'draft' } },
});

type Seen = { readonly frames: number; readonly videoMs: number; readonly soundMs: number; readonly sound: string };

/** Makes a film in all shapes at every frame rate; counts what is not as it should be: frames, the ends of picture and sound, black and repeated frames, sound that differs between shapes. */
export async function shapesBench(): Promise<void> {
  const home = benchHome();
  const { child } = await serve(home);
  let faults = 0;
  try {
    for (const fps of rates) {
      const document = join(home, `shapes-${fps}.json`);
      await writeFile(document, JSON.stringify(film(fps)));
      const made = (await filmwright(home, ['make', document, '--out', join(home, `out-${fps}`)])) as unknown as {
        readonly films: readonly { readonly aspect: string; readonly master: string; readonly report: string }[];
        readonly wallMs: number;
        readonly tasks: { readonly run: number; readonly reused: number };
      };
      const sounds = new Set<string>();
      for (const { aspect, master, report: path } of made.films) {
        const report = JSON.parse(await readFile(path, 'utf8')) as Report;
        const seen = await look(master);
        sounds.add(seen.sound);
        const planned = report.shots.reduce((sum, shot) => sum + shot.frames, 0);
        const wrong = [
          ...(seen.frames === planned ? [] : [`${seen.frames} frames, planned ${planned}`]),
          ...(Math.abs(seen.videoMs - seen.soundMs) <= 1000 / fps ? [] : [`picture ${seen.videoMs} ms, sound ${seen.soundMs} ms`]),
          ...(report.blackFrames.length === 0 ? [] : [`${report.blackFrames.length} black frames`]),
          ...(report.repeatedFrames.length === 0 ? [] : [`${report.repeatedFrames.length} repeated frames`]),
        ];
        faults += wrong.length;
        const ends = `ends ${(seen.soundMs - seen.videoMs).toFixed(1)} ms apart`;
        process.stdout.write(
          `shapes: ${aspect.padEnd(4)} at ${fps} fps: ${seen.frames} frames, ${ends}${wrong.map((one) => `; ${one}`).join('')}\n`,
        );
      }
      if (sounds.size !== 1) faults++;
      const shared = `${made.tasks.run} tasks run, ${made.tasks.reused} reused`;
      process.stdout.write(`shapes: ${fps} fps: ${sounds.size} sound(s), ${shared}, ${(made.wallMs / 1000).toFixed(1)} s\n`);
    }
  } finally {
    await end(child);
    await removeHome(home);
  }
  process.stdout.write(`shapes: ${faults} faults in ${rates.length * shapes.length} films (wanted 0)\n`);
  if (faults > 0) process.exitCode = 1;
}

/** Counts a master's frames, tells when the last frame and the sound end, and takes a digest of its sound as it is stored. */
async function look(master: string): Promise<Seen> {
  const probe = [
    '-v',
    'error',
    '-show_entries',
    'packet=pts_time,duration_time,codec_type:stream=codec_type,duration',
    '-of',
    'json',
    master,
  ];
  const { packets, streams } = JSON.parse((await run('ffprobe', probe, { maxBuffer: 2 ** 26 })).stdout) as {
    readonly packets: readonly { readonly codec_type: string; readonly pts_time: string; readonly duration_time: string }[];
    readonly streams: readonly { readonly codec_type: string; readonly duration: string }[];
  };
  const frames = packets.filter(({ codec_type }) => codec_type === 'video');
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', master, '-map', '0:a', '-c', 'copy', '-f', 'md5', '-']);
  return {
    frames: frames.length,
    videoMs: Math.max(...frames.map((frame) => Number(frame.pts_time) + Number(frame.duration_time))) * 1000,
    soundMs: Number(audio?.duration) * 1000,
    sound: stdout.trim(),
  };
}
