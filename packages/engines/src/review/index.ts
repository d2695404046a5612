export { type ClassifyPicture, classifyPicture } from './classify-picture.ts';
export { type Judged, type Scores, verdictOf } from './verdict-of.ts';
