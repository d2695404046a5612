export { type LocatedSubject, openSubjectFinder, type SubjectFinder } from './locate-subject.ts';
export type { ShareBox } from './subject-in-mask.ts';
