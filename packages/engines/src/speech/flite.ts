import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FilmwrightError, type Token, type TokenTime } from '@filmwright/contracts';
import { matchPhones, type Phone } from './match-phones.ts';
import type { SpeakRequest, SpokenAudio, VoiceInfo } from './speech-engine.ts';
import { trimWav } from './trim-wav.ts';

const run = promisify(execFile);
const voices = ['slt', 'rms', 'awb', 'kal16'] as const;

/** Voices of the flite program, best first; none where it is not installed. English only. */
export async function fliteVoices(): Promise<readonly VoiceInfo[]> {
  const there = await run('flite', ['-lv']).then(
    ({ stdout }) => stdout,
    () => '',
  );
  return voices
    .filter((voice) => there.includes(voice))
    .map((voice) => ({
      id: `flite-${voice}`,
      name: `Flite ${voice}`,
      language: 'en',
      licence: 'BSD-style',
      source: 'flite',
      engine: 'flite',
      natural: false,
      notes: 'A plain voice, understandable but robotic.',
      installed: true,
    }));
}

/** Speaks a line with flite; the times of its words come from the phones it says. */
export async function speakWithFlite({ tokens, voice, speed, outPath, signal }: SpeakRequest): Promise<SpokenAudio> {
  const name = voice.replace(/^flite-/, '');
  const text = tokens.map((token) => token.written).join(' ');
  const options = { maxBuffer: 64 * 1024 ** 2, ...(signal === undefined ? {} : { signal }) };
  const said = await run(
    'flite',
    ['-voice', name, '--setf', `duration_stretch=${(1 / speed).toFixed(4)}`, '-t', text, '-o', outPath, '-psdur'],
    options,
  ).catch(failed);
  const alone = await run(
    'flite',
    ['-voice', name, '-t', tokens.map((token) => `${token.spoken.join(' ')}.`).join('\n'), '-o', 'none', '-ps'],
    options,
  ).catch(failed);
  const phones: Phone[] = [];
  let startMs = 0;
  for (const [, phone = '', end = '0'] of said.stdout.matchAll(/(\S+):([\d.]+)/g)) {
    const endMs = Number(end) * 1000;
    if (phone !== 'pau') phones.push({ name: phone, startMs, endMs });
    startMs = endMs;
  }
  const trimmed = await trimWav(outPath);
  const times = matchPhones(wordPhones(alone.stdout, tokens), phones).map(
    (time): TokenTime => (time === null ? null : { startMs: time.startMs - trimmed.cutMs, endMs: time.endMs - trimmed.cutMs }),
  );
  return { samples: trimmed.samples, sampleRate: trimmed.sampleRate, times: filled(times) };
}

/** Phones of each token said alone; flite puts a pause between them. */
function wordPhones(text: string, tokens: readonly Token[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let open = false;
  for (const phone of text.split(/\s+/).filter((part) => part !== '')) {
    if (phone === 'pau') open = false;
    else if (open) groups.at(-1)?.push(phone);
    else {
      groups.push([phone]);
      open = true;
    }
  }
  // Should flite run two words together, each gets a share of the phones by its letters.
  if (groups.length === tokens.length) return groups;
  const all = groups.flat();
  const letters = tokens.map((token) => Math.max(1, token.spoken.join('').length));
  const total = letters.reduce((sum, count) => sum + count, 0);
  let used = 0;
  let at = 0;
  return letters.map((count) => {
    used += count;
    const until = Math.round((used / total) * all.length);
    const part = all.slice(at, until);
    at = until;
    return part;
  });
}

/** A word that got no phone of its own takes the moment where its neighbour ends. */
function filled(times: readonly TokenTime[]): readonly TokenTime[] {
  let last = 0;
  return times.map((time) => {
    const known = time ?? { startMs: last, endMs: last };
    last = known.endMs;
    return known;
  });
}

function failed(error: unknown): never {
  throw new FilmwrightError(
    'speech-unavailable',
    `flite could not speak: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`,
    { cause: error, retryable: true },
  );
}
