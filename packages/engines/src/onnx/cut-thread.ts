// The thread that cuts the frames of a clip, while others are read and looked at.
import { answerRequests } from './asking-thread.ts';
import { type FramePixels, type FrameToCut, openFrameCutter } from './cut-frame.ts';

answerRequests<FrameToCut, FramePixels>(openFrameCutter());
