import { FilmwrightError } from '@filmwright/contracts';
import { type AnsweringProcess, type AskLimits, startAnsweringProcess } from '../../answering-process.ts';

/** Everything a voice's process needs to load it; `probe` is a model that answers with the phoneme ids of a text, or null. */
export type SherpaOpen = {
  readonly family: 'piper' | 'kokoro' | 'kitten';
  readonly model: string;
  readonly probe: string | null;
  readonly tokens: string;
  readonly dataDir: string;
  readonly voices: string | null;
  /** Word lists of a Kokoro voice of many languages, joined by commas; empty without any. */
  readonly lexicon: string;
  /** Folder of the word segmenter that its Chinese needs; empty without one. */
  readonly dictDir: string;
  /** Language in which such a voice reads what its word lists do not hold, as espeak-ng names it; empty to leave it to them. */
  readonly lang: string;
  readonly speaker: number;
  readonly noiseScale: number;
  readonly noiseScaleW: number;
  readonly threads: number;
};
export type SherpaRequest =
  | { readonly kind: 'open'; readonly settings: SherpaOpen }
  | { readonly kind: 'speak'; readonly text: string; readonly speed: number; readonly probe: boolean };
export type Spoke = { readonly kind: 'spoke'; readonly samples: Float32Array; readonly sampleRate: number; readonly cpuMs: number };

/** A loaded voice in a process of its own. */
export type SherpaProcess = Pick<AnsweringProcess<SherpaRequest, Spoke>, 'pid' | 'alive' | 'close'> & {
  readonly speak: (request: AskLimits & { readonly text: string; readonly speed: number; readonly probe?: boolean }) => Promise<Spoke>;
};

export type OpenSherpa = { readonly name: string; readonly settings: SherpaOpen; readonly deadlineMs?: number | undefined };

/** Starts a process for one voice and loads it. */
export async function openSherpaProcess({ name, settings, deadlineMs }: OpenSherpa): Promise<SherpaProcess> {
  const { pid, alive, ask, close } = startAnsweringProcess<SherpaRequest, Spoke>({
    child: new URL('./sherpa-child.ts', import.meta.url),
    name: `voice ${name}`,
  });
  const spoken = async (request: SherpaRequest, limits: AskLimits): Promise<Spoke> => {
    const answer = await ask(request, limits);
    if (answer.kind === 'failed') throw new FilmwrightError('program-failed', `The voice ${name} failed: ${answer.message}.`);
    return answer;
  };
  try {
    await spoken({ kind: 'open', settings }, { deadlineMs });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pid,
    alive,
    close,
    speak: ({ text, speed, probe = false, ...limits }) => spoken({ kind: 'speak', text, speed, probe }, limits),
  };
}
