export * from './onnx/index.ts';
export { listVoices, speakLine } from './speech/speak-line.ts';
export type { SpokenLine, VoiceInfo } from './speech/speech-engine.ts';
