import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { voiceName } from '@filmwright/contracts';
import { bareLanguage } from '@filmwright/core/speech/voice-language';
import { joinWords } from '@filmwright/core/text/break-lines';
import type { MemoryWatch } from '../../memory-watch.ts';
import { decodeTrailer } from '../onnx/decode-trailer.ts';
import { startAfterPause } from '../sound/start-after-pause.ts';
import { endMark, type SentenceAnswer, type SentenceRequest, type Voice } from '../voice.ts';
import { checkVoice } from './check-voice.ts';
import { phonemesOf, piperWordTimes } from './piper-times.ts';
import { openSherpaProcess, type SherpaOpen, type SherpaProcess } from './sherpa-process.ts';
import { type InstalledVoice, infoOfCard, type VoiceCard } from './voice-card.ts';

const idleMs = 60_000;
// One thread costs the least processor time for each second of speech.
const threads = 1;
// Spells the letter; as "A" it would be said as the article.
const letterA = 'eh';

/** Told of voices that come into the memory of their processes and leave it; one at a time. */
let watch: MemoryWatch | null = null;

/** Has a listener told which voices are in memory from now on. */
export function watchVoices(listener: MemoryWatch): void {
  watch = listener;
}

type Kept = { process: Promise<SherpaProcess>; timer: NodeJS.Timeout | null; uses: number };
const kept = new Map<string, Kept>();

/** Whether sherpa-onnx is installed (it is optional). */
export async function sherpaInstalled(): Promise<boolean> {
  try {
    import.meta.resolve('sherpa-onnx-node');
    return true;
  } catch {
    return false;
  }
}

/** A voice that sherpa-onnx speaks, ready to speak; its process starts at the first sentence, stays for a minute after the last, and ends with this one. */
export function sherpaVoice(voice: InstalledVoice, language = voice.card.language): Voice {
  const { card } = voice;
  const credit = {
    role: 'voice',
    name: card.name,
    licence: card.licence,
    source: card.source,
    ...(card.notes === '' ? {} : { note: card.notes }),
    ...(card.fromModel === undefined ? {} : { revision: card.fromModel }),
    ...(card.commercialUse === undefined ? {} : { commercialUse: card.commercialUse }),
  } as const;
  return {
    info: infoOfCard(card, true),
    credit,
    speak: (request) =>
      withProcess(voice, { language, deadlineMs: request.deadlineMs, use: (process) => speakSentence(voice, { process, request }) }),
  };
}

/** Ends the processes of all voices. */
export async function closeVoices(): Promise<void> {
  const all = [...kept.values()];
  kept.clear();
  for (const { timer } of all) if (timer) clearTimeout(timer);
  await Promise.all(all.map(async ({ process }) => (await process.catch(() => null))?.close()));
}

type Loading = { readonly language: string; readonly deadlineMs: number | undefined };
type Use<T> = Loading & { readonly use: (process: SherpaProcess) => Promise<T> };

async function withProcess<T>(voice: InstalledVoice, { language, deadlineMs, use }: Use<T>): Promise<T> {
  const name = `${voice.folder} ${langOf(voice.card, language)}`;
  let entry = kept.get(name);
  const known = await entry?.process.catch(() => null);
  if (!entry || !known?.alive()) {
    const current = kept.get(name);
    if (entry !== undefined && current === entry) watch?.dropped(nameOf(voice.card));
    entry = current && current !== entry ? current : { process: started(voice, { language, deadlineMs }), timer: null, uses: 0 };
    kept.set(name, entry);
  }
  if (entry.timer) clearTimeout(entry.timer);
  entry.uses += 1;
  try {
    return await use(await entry.process);
  } finally {
    entry.uses -= 1;
    if (entry.uses === 0) entry.timer = idleTimer(voice.card, { name, entry });
  }
}

function nameOf(card: VoiceCard): string {
  return voiceName(infoOfCard(card, true));
}

async function started(voice: InstalledVoice, loading: Loading): Promise<SherpaProcess> {
  const startMs = performance.now();
  const process = await start(voice, loading);
  watch?.loaded(nameOf(voice.card), performance.now() - startMs);
  return process;
}

function idleTimer(card: VoiceCard, { name, entry }: { readonly name: string; readonly entry: Kept }): NodeJS.Timeout {
  return setTimeout(() => {
    if (kept.get(name) === entry) kept.delete(name);
    watch?.dropped(nameOf(card));
    entry.process.then((process) => process.close()).catch(() => undefined);
  }, idleMs).unref();
}

/** The language that a voice of many is opened in; empty for voices of one, and for English and Chinese, which its word lists hold. */
function langOf(card: VoiceCard, language: string): string {
  const base = bareLanguage(language);
  if (card.family !== 'kokoro' || card.language !== '*' || base === 'en' || base === 'zh') return '';
  return base === 'pt' ? 'pt-br' : base;
}

async function start(voice: InstalledVoice, { language, deadlineMs }: Loading): Promise<SherpaProcess> {
  await checkVoice(voice);
  const { card, folder } = voice;
  const files = await readdir(folder);
  const probe = join(folder, 'probe.onnx');
  const hasProbe = await access(probe).then(
    () => true,
    () => false,
  );
  const settings: SherpaOpen = {
    family: card.family,
    model: join(folder, card.model),
    probe: hasProbe ? probe : null,
    tokens: join(folder, 'tokens.txt'),
    dataDir: join(folder, 'espeak-ng-data'),
    voices: card.voices === null ? null : join(folder, card.voices),
    lexicon: files
      .filter((file) => /^lexicon.*\.txt$/.test(file))
      .map((file) => join(folder, file))
      .join(','),
    dictDir: files.includes('dict') ? join(folder, 'dict') : '',
    lang: langOf(card, language),
    speaker: card.speaker,
    noiseScale: card.noiseScale,
    noiseScaleW: card.noiseScaleW,
    threads,
  };
  return openSherpaProcess({ name: card.id, settings, deadlineMs });
}

async function speakSentence(
  { card, folder }: InstalledVoice,
  { process, request }: { readonly process: SherpaProcess; readonly request: SentenceRequest },
): Promise<SentenceAnswer> {
  const { tokens, speed, ...limits } = request;
  const say = (word: string): string => (word === 'A' && /^en\b/i.test(card.language) ? letterA : word);
  const words = tokens
    .map((token, index) => {
      // A sentence mark inside would cut the sentence in two, so only its last word carries one.
      const mark = index < tokens.length - 1 ? endMark(token).replace(/[.!?]/, ',') : endMark(token);
      return `${joinWords(token.spoken.map(say))}${mark}`;
    })
    .filter((word) => word !== '');
  const text = joinWords(words);
  const { samples, sampleRate } = await process.speak({ text, speed, ...limits });
  if (card.hop === null) return { samples, sampleRate, times: null };
  const utterances = decodeTrailer(samples);
  if (utterances === null) throw new Error(`The voice ${card.id} gave no word times although its card promises them; install it again.`);
  const sound = new Float32Array(utterances.reduce((sum, each) => sum + each.samples.length, 0));
  let at = 0;
  for (const each of utterances) {
    sound.set(each.samples, at);
    at += each.samples.length;
  }
  const symbols = await readSymbols(folder);
  const options = { symbols, hop: card.hop };
  const alone = async (words: readonly string[]): Promise<readonly (readonly string[])[]> => {
    const said = new Map<string, readonly string[]>();
    for (const word of new Set(words)) {
      const answer = decodeTrailer((await process.speak({ text: say(word), speed: 1, probe: true, ...limits })).samples);
      said.set(
        word,
        phonemesOf(answer ?? [], options).map(({ symbol }) => symbol),
      );
    }
    return words.map((word) => said.get(word) ?? []);
  };
  const times = await piperWordTimes({ tokens, phonemes: phonemesOf(utterances, options), sampleRate, alone });
  return { samples: sound, sampleRate, times: startAfterPause(times, { samples: sound, sampleRate }) };
}

/** `tokens.txt`: a symbol, a blank and its id on each line; the symbol may itself be a blank. */
async function readSymbols(folder: string): Promise<ReadonlyMap<number, string>> {
  const symbols = new Map<number, string>();
  for (const line of (await readFile(join(folder, 'tokens.txt'), 'utf8')).split('\n')) {
    const match = /^(.+?) (\d+)$/u.exec(line);
    if (match) symbols.set(Number(match[2]), match[1] ?? '');
  }
  return symbols;
}
