import type { BuildShots, Film, Issue, Media, MediaType } from '@filmwright/contracts';
import { besideRig } from '../film/figures.ts';
import { type FileReference, fileReferences } from '../film/file-references.ts';
import { problemAt } from '../film/issues.ts';
import { wantedMedia } from '../film/media-head.ts';
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
  /** The readable form of each upload that was probed, by its path in the document. */
  readonly readable: BuildShots['media'];
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
  const references = [...fileReferences(film)];
  for (const reference of references) {
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
      // The pictures of a rig lie beside it; they are known once it was read.
      if (outcome.media.type === 'rig')
        for (const picture of outcome.media.outline.pictures)
          references.push({ file: besideRig(reference.file, picture), expect: 'picture', path: reference.path });
      for (const warning of outcome.warnings) warnings.push({ severity: 'warning', code: 'media', path, message: warning });
    } else if (outcome.problem !== undefined) {
      const told = outcome.problem.issues?.[0];
      issues.push(
        problemAt(path, {
          code: outcome.problem.code,
          message: `${told?.message ?? outcome.problem.detail}${alsoNamed({ reference, references, origin })}`,
          found: told?.found ?? reference.file,
          wanted: told?.wanted ?? wantedMedia[reference.expect],
          next: told?.next ?? 'Run the same command again once that is put right.',
        }),
      );
    } else settled = false;
  }
  const media = <T extends MediaType>(file: string, type: T): Extract<Media, { type: T }> | undefined =>
    found.get(`${type}:${file}`) as Extract<Media, { type: T }> | undefined;
  return { media, readable: readableOf(found), settled, issues, warnings };
}

function readableOf(found: ReadonlyMap<string, Media>): BuildShots['media'] {
  const entries = Array.from(found, ([id, media]) => {
    const seconds = media.type === 'sound' ? { durationMs: Math.round((media.samples * 1000) / media.sampleRate) } : {};
    const length = media.type === 'clip' ? { durationMs: media.durationMs } : seconds;
    const size = media.type === 'picture' || media.type === 'clip' ? { width: media.width, height: media.height } : {};
    return [id.slice(id.indexOf(':') + 1), { asset: media.asset.digest, type: media.type, ...size, ...length }] as const;
  });
  return Object.fromEntries(entries);
}

type Named = Pick<UploadsInput, 'origin'> & { readonly reference: FileReference; readonly references: readonly FileReference[] };

/** Where else a bad file is named, since it is reported once. */
function alsoNamed({ reference, references, origin }: Named): string {
  const same = references.filter(
    ({ file, expect, path }) => file === reference.file && expect === reference.expect && path !== reference.path,
  );
  const paths = [...new Set(same.map(({ path, file }) => origin(path, file)))].filter(
    (path) => path !== origin(reference.path, reference.file),
  );
  if (paths.length === 0) return '';
  return ` Named at ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more places` : ''} too.`;
}

type AskNormalise = { readonly reference: FileReference; readonly upload: string; readonly planner: Planner; readonly number: number };

const estimates: Readonly<Record<MediaType, number>> = { picture: 400, clip: 8000, sound: 800, font: 50, lut: 50, rig: 60 };

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
