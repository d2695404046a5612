import type { FilmDocument } from '@filmwright/contracts';
import { ffmpeg } from '../film/bare-encode.ts';
import { openRealPlatform } from './real-platform.ts';

const seconds = 8;

/** How much faster two bare single-threaded encodes get done with a core each than one after the other on one core. */
async function bareSpeedUp(): Promise<number> {
  const encode = (core: number): Promise<number> =>
    ffmpeg(
      [
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=1920x1080:rate=30:duration=${seconds}`,
        '-c:v',
        'libx264',
        '-preset',
        'medium',
        '-crf',
        '20',
        '-threads',
        '1',
        '-f',
        'null',
        '-',
      ],
      {
        core,
      },
    );
  const alone = await encode(0);
  const [first = 0, second = 0] = await Promise.all([encode(0), encode(1)]);
  return (2 * alone) / Math.max(first, second);
}

/** Eight shots that move, without sound: all of its work is in spans. */
const film: FilmDocument = {
  title: 'Two encoders',
  captions: false,
  storyboard: Array.from({ length: 8 }, (_, index) => ({
    length: '4s',
    visual: { backdrop: (['waves', 'halo', 'sweep', 'arc'] as const)[index % 4] ?? 'waves' },
    motion: { move: 'zoom-in', amount: 0.1 },
    text: [{ style: 'title', text: `Shot ${index + 1}` }],
  })),
};

/** Seconds from the first grant of a span to the end of the last. */
async function filmSeconds(runners: number): Promise<number> {
  const platform = await openRealPlatform(runners, { pinned: true });
  try {
    await platform.ended(await platform.submit(film));
    const spans = await platform.attempts('encode');
    return (Math.max(...spans.map(({ endedMs }) => endedMs)) - Math.min(...spans.map(({ grantedMs }) => grantedMs))) / 1000;
  } finally {
    await platform.close();
  }
}

/** Two runners with a core each beside one, and two bare encodes so in the same run. */
export async function twoEncoders(): Promise<string> {
  const before = await bareSpeedUp();
  const one = await filmSeconds(1);
  const two = await filmSeconds(2);
  const bare = (before + (await bareSpeedUp())) / 2;
  const share = one / two / bare;
  return `two runners make the spans of a film ${(one / two).toFixed(2)} times as fast as one (${one.toFixed(1)} and ${two.toFixed(1)} s), two bare encodes ${bare.toFixed(2)} times: ${share.toFixed(2)} of it; wanted 0.9`;
}
