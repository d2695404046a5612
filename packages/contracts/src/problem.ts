import { z } from 'zod';

/** Error catalogue: code -> HTTP status, whether trying again may help, and the title shown to people. */
export const problemCatalogue = {
  'document-invalid': { status: 422, retryable: false, title: 'The film document is not valid' },
  'document-too-large': { status: 413, retryable: false, title: 'The film document is too large' },
  'media-invalid': { status: 422, retryable: false, title: 'A media file cannot be used' },
  'media-missing': { status: 422, retryable: false, title: 'A media file is missing' },
  'media-too-large': { status: 413, retryable: false, title: 'A media file is too large' },
  'speech-unavailable': { status: 422, retryable: false, title: 'No speech program can speak this' },
  'voice-unknown': { status: 422, retryable: false, title: 'The voice is not installed' },
  'model-unavailable': { status: 422, retryable: false, title: 'A model is not installed' },
  'media-held': { status: 422, retryable: false, title: 'Review holds something of the film' },
  'subject-not-found': { status: 422, retryable: false, title: 'No subject was found in the picture' },
  'glyphs-missing': { status: 422, retryable: false, title: 'The fonts lack glyphs of the text' },
  'program-missing': { status: 503, retryable: false, title: 'A needed program is not installed' },
  'program-failed': { status: 500, retryable: true, title: 'A program failed' },
  'disk-full': { status: 507, retryable: false, title: 'The disk is full' },
  'out-of-memory': { status: 507, retryable: true, title: 'There is not enough memory' },
  'task-failed': { status: 500, retryable: true, title: 'A task failed' },
  'task-lost': { status: 500, retryable: true, title: 'A task lost its runner too often' },
  'task-stuck': { status: 500, retryable: true, title: 'A task did not move' },
  'lease-stale': { status: 409, retryable: false, title: 'The lease is no longer held' },
  'build-cancelled': { status: 409, retryable: false, title: 'The build was cancelled' },
  'build-finished': { status: 409, retryable: false, title: 'The build has already ended' },
  'not-found': { status: 404, retryable: false, title: 'Not found' },
  'version-conflict': { status: 412, retryable: false, title: 'Somebody else saved meanwhile' },
  'version-wanted': { status: 428, retryable: false, title: 'Saving wants the version it was made from' },
  'offset-conflict': { status: 409, retryable: true, title: 'The upload goes on at another byte' },
  'protocol-unsupported': { status: 412, retryable: false, title: 'Another version of the protocol is wanted' },
  'type-unsupported': { status: 415, retryable: false, title: 'The body is of another type than is wanted' },
  'request-invalid': { status: 400, retryable: false, title: 'The request is not valid' },
  unauthorized: { status: 401, retryable: false, title: 'A token is wanted' },
  forbidden: { status: 403, retryable: false, title: 'This is not allowed' },
  'link-refused': { status: 403, retryable: false, title: 'The address is not valid' },
  'digest-mismatch': { status: 422, retryable: true, title: 'The bytes do not match their digest' },
  'range-invalid': { status: 416, retryable: false, title: 'The range cannot be served' },
  unavailable: { status: 503, retryable: true, title: 'Not ready yet' },
  internal: { status: 500, retryable: true, title: 'Something went wrong inside' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

export type ProblemCode = keyof typeof problemCatalogue;
export const problemCodes = Object.keys(problemCatalogue) as readonly ProblemCode[];

/** One thing wrong with an input: `path` points into the document (`storyboard[3].visual.picture`), `next` says what to do. */
export const issueSchema = z
  .object({
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    path: z.string(),
    message: z.string(),
    found: z.string().optional(),
    wanted: z.string().optional(),
    next: z.string().optional(),
  })
  .readonly();
export type Issue = z.infer<typeof issueSchema>;

/** The state that a stale save met: which version is the newest now, when and in which tab (`session`) it was saved. */
export const saveConflictSchema = z.object({ version: z.number().int(), savedAt: z.string(), session: z.string().nullable() }).readonly();
export type SaveConflict = z.infer<typeof saveConflictSchema>;

/** RFC 9457 problem details; `issues` lists every problem found at once, `conflict` comes with `version-conflict`. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(problemCodes as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    retryable: z.boolean(),
    /** The model or voice, as tasks ask for it, of which the copy on one runner is at fault: a runner of another machine that has it may do the task. */
    copyOf: z.string().optional(),
    instance: z.string().optional(),
    issues: z.array(issueSchema).readonly().optional(),
    conflict: saveConflictSchema.optional(),
  })
  .readonly();
export type Problem = z.infer<typeof problemSchema>;

export type FilmwrightErrorOptions = {
  readonly issues?: readonly Issue[];
  readonly conflict?: SaveConflict;
  readonly retryable?: boolean;
  readonly copyOf?: string | undefined;
  readonly cause?: unknown;
};

/** The only error that crosses a boundary; `message` is the problem's detail (what failed, found, wanted, next step). */
export class FilmwrightError extends Error {
  readonly code: ProblemCode;
  readonly retryable: boolean;
  readonly issues: readonly Issue[];
  readonly copyOf: string | null;
  readonly conflict: SaveConflict | null;

  constructor(code: ProblemCode, message: string, options: FilmwrightErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FilmwrightError';
    this.code = code;
    this.retryable = options.retryable ?? problemCatalogue[code].retryable;
    this.issues = options.issues ?? [];
    this.copyOf = options.copyOf ?? null;
    this.conflict = options.conflict ?? null;
  }
}

/** Any thrown value as problem JSON; values that are not FilmwrightErrors become `internal` with their message. */
export function toProblem(error: unknown): Problem {
  const known =
    error instanceof FilmwrightError ? error : new FilmwrightError('internal', error instanceof Error ? error.message : String(error));
  const { status, title } = problemCatalogue[known.code];
  return {
    type: `https://filmwright.dev/problems/${known.code}`,
    title,
    status,
    code: known.code,
    detail: known.message,
    retryable: known.retryable,
    ...(known.copyOf === null ? {} : { copyOf: known.copyOf }),
    ...(known.issues.length > 0 ? { issues: known.issues } : {}),
    ...(known.conflict === null ? {} : { conflict: known.conflict }),
  };
}

/** The error a problem stands for, so that a client throws what the server threw. */
export function fromProblem(problem: Problem): FilmwrightError {
  return new FilmwrightError(problem.code, problem.detail, {
    retryable: problem.retryable,
    copyOf: problem.copyOf,
    ...(problem.issues ? { issues: problem.issues } : {}),
    ...(problem.conflict ? { conflict: problem.conflict } : {}),
  });
}
