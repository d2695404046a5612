export { type Alignment, type AlignRequest, alignWords } from './align/align-words.ts';
export { hasPocketsphinx, type PocketsphinxRequest, pocketsphinxAlign } from './align/pocketsphinx-align.ts';
export { listVoices } from './list-voices.ts';
export { addVoice } from './sherpa/add-voice.ts';
export { type InstallVoiceOptions, installVoice } from './sherpa/install-voice.ts';
export { closeVoices, watchVoices } from './sherpa/sherpa-voice.ts';
export { type TakeVoice, takeVoice } from './sherpa/take-voice.ts';
export { type SpeakLineRequest, type SpokenLine, speakLine } from './speak-line.ts';
export type { VoiceInfo } from './voice.ts';
