// The program of a voice's own process: loads one voice, answers one message after another, and ends when its parent is gone.
import { createRequire } from 'node:module';
import { answerParent } from '../../answer-parent.ts';
import type { SherpaOpen, SherpaRequest, Spoke } from './sherpa-process.ts';

type Engine = {
  readonly sampleRate: number;
  readonly generate: (request: Record<string, unknown>) => { readonly samples: Float32Array; readonly sampleRate: number };
};

let open: SherpaOpen | undefined;
let engine: Engine | undefined;
let probe: Engine | undefined;

function load(settings: SherpaOpen, model: string): Engine {
  const { OfflineTts } = createRequire(import.meta.url)('sherpa-onnx-node') as { readonly OfflineTts: new (config: unknown) => Engine };
  const { tokens, dataDir, voices, family, lexicon, dictDir, lang, noiseScale, noiseScaleW, threads } = settings;
  const common = { model, tokens, dataDir };
  const parts =
    family === 'piper'
      ? { vits: { ...common, noiseScale, noiseScaleW, lengthScale: 1 } }
      : { [family]: { ...common, voices: voices ?? '', lengthScale: 1, ...(family === 'kokoro' ? { lexicon, dictDir, lang } : {}) } };
  return new OfflineTts({ model: { ...parts, numThreads: threads, provider: 'cpu', debug: 0 }, maxNumSentences: 1, silenceScale: 1 });
}

function answer(request: SherpaRequest): Spoke {
  if (request.kind === 'open') {
    open = request.settings;
    engine = load(open, open.model);
    return { kind: 'spoke', samples: new Float32Array(0), sampleRate: engine.sampleRate, cpuMs: 0 };
  }
  if (!open || !engine) throw new Error('no voice is open');
  if (request.probe && open.probe === null) throw new Error('this voice has no probe');
  if (request.probe) probe ??= load(open, open.probe ?? '');
  const before = process.cpuUsage();
  const spoken = ((request.probe && probe) || engine).generate({
    text: request.text,
    sid: open.speaker,
    speed: request.speed,
    enableExternalBuffer: false,
    generationConfig: { sid: open.speaker, speed: request.speed, silenceScale: 1 },
  });
  const used = process.cpuUsage(before);
  return { kind: 'spoke', samples: spoken.samples, sampleRate: spoken.sampleRate, cpuMs: (used.user + used.system) / 1000 };
}

answerParent(answer);
