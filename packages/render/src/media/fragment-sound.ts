import type { Cmaf } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { readCmaf } from './read-cmaf.ts';

export type FragmentSoundOptions = {
  /** AAC in an M4A at 48 kHz. */
  readonly soundPath: string;
  /** Its length without what the encoder put before it. */
  readonly samples: number;
  readonly outPath: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

const fragmentSeconds = 4;
/** What AAC-LC puts before the first sample; an edit list says so, and players begin behind it. */
const primingSamples = 1024;

/** Lays a sound out as a CMAF track of fragments of about four seconds, without encoding again. */
export async function fragmentSound({ soundPath, samples, outPath, toolset, signal }: FragmentSoundOptions): Promise<Cmaf> {
  await runFfmpeg({
    toolset,
    signal,
    purpose: 'laying out the sound of a film',
    description: {
      inputs: [{ from: { file: soundPath } }],
      outputs: [
        {
          options: {
            map: '0:a:0',
            c: 'copy',
            map_metadata: -1,
            fflags: '+bitexact',
            use_editlist: 1,
            movflags: '+cmaf+empty_moov+default_base_moof+delay_moov',
            frag_duration: fragmentSeconds * 1e6,
            f: 'mp4',
          },
          to: { file: outPath },
        },
      ],
    },
  });
  return readCmaf(outPath, samples + primingSamples);
}
