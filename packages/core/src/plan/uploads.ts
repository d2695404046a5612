import type { Film, Issue, Media, MediaType } from '@filmwright/contracts';
import { type FileReference, fileReferences } from '../film/file-references.ts';
import { problemAt } from '../film/issues.ts';
import type { Planner } from './planner.ts';

export type UploadsInput = {
  readonly film: Film;
  readonly files: Readonly<Record<string, string>>;
  readonly planner: Planner;
  readonly origin: (path: string, value: unknown) => string;
};

export type Uploads = {
  /** What a file turned out to be; undefined until it was probed. */
  readonly media: <T extends MediaType>(file: string, type: T) => Extract<Media, { type: T }> | undefined;
  /** All uploads were probed, well or badly. */
  readonly settled: boolean;
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
};

/** Probes and normalises every file of the film once; all bad files are reported together. */
export function planUploads({ film, files, planner, origin }: UploadsInput): Uploads {
  const found = new Map<string, Media>();
  const issues: Issue[] = [];
  const warnings: Issue[] = [];
  const seen = new Set<string>();
  let settled = true;
  for (const reference of fileReferences(film)) {
    const id = `${reference.expect}:${reference.file}`;
    const path = origin(reference.path, reference.file);
    const upload = files[reference.file];
    if (upload === undefined) {
      issues.push(
        problemAt(path, {
          code: 'media-missing',
          message: `${path} names ${JSON.stringify(reference.file)}, which is not there.`,
          found: reference.file,
          wanted: 'a file that exists',
          next: 'Check the path; it is relative to the document.',
        }),
      );
      continue;
    }
    if (seen.has(id)) continue;
    seen.add(id);
    const outcome = askNormalise({ reference, upload, planner, number: seen.size });
    if (outcome.media !== undefined) {
      found.set(id, outcome.media);
      for (const warning of outcome.warnings) warnings.push({ severity: 'warning', code: 'media', path, message: warning });
    } else if (outcome.problem !== undefined) {
      issues.push(
        problemAt(path, {
          code: outcome.problem.code,
          message: outcome.problem.detail,
          found: reference.file,
          wanted: `a ${reference.expect}`,
        }),
      );
    } else settled = false;
  }
  const media = <T extends MediaType>(file: string, type: T): Extract<Media, { type: T }> | undefined =>
    found.get(`${type}:${file}`) as Extract<Media, { type: T }> | undefined;
  return { media, settled, issues, warnings };
}

type AskNormalise = { readonly reference: FileReference; readonly upload: string; readonly planner: Planner; readonly number: number };

const estimates: Readonly<Record<MediaType, number>> = { picture: 400, clip: 8000, sound: 800, font: 50, lut: 50 };

function askNormalise({ reference, upload, planner, number }: AskNormalise) {
  const before = planner.failures.length;
  const output = planner.ask({
    address: `upload/${number}`,
    kind: 'normalise',
    stage: 'read',
    shot: null,
    estimateMs: estimates[reference.expect],
    payload: { upload, name: reference.file.split('/').at(-1) ?? reference.file, expect: reference.expect },
  });
  const failure = planner.failures[before];
  return { media: output?.media, warnings: output?.warnings ?? [], problem: failure?.problem };
}
