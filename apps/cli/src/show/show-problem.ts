import { type Issue, type Problem, type ProblemCode, toProblem } from '@filmwright/contracts';

/** Codes of problems that lie in what the person gave: exit status 2. */
const inputCodes: readonly ProblemCode[] = [
  'document-invalid',
  'media-invalid',
  'media-missing',
  'media-too-large',
  'media-held',
  'voice-unknown',
  'speech-unavailable',
  'glyphs-missing',
  'model-unavailable',
  'subject-not-found',
  'request-invalid',
];

/** Exit status for a problem: 2 for bad input, 130 for a build that was cancelled as by Ctrl-C, 1 for everything else. */
function exitStatus(problem: Problem): 1 | 2 | 130 {
  if (problem.code === 'build-cancelled') return 130;
  return inputCodes.includes(problem.code) ? 2 : 1;
}

/** Prints an error for people, or as problem JSON on standard output, and gives the exit status. */
export function showError(error: unknown, { json }: { readonly json: boolean }): 1 | 2 | 130 {
  const problem = toProblem(error);
  if (json) process.stdout.write(`${JSON.stringify(problem)}\n`);
  else process.stderr.write(`${problemText(problem)}\n`);
  return exitStatus(problem);
}

/** A problem as text: title and detail, then every issue with its path and what to do. */
export function problemText(problem: Problem): string {
  const issues = problem.issues ?? [];
  const lead = issues.length === 1 && issues[0]?.message === problem.detail ? problem.title : `${problem.title}: ${problem.detail}`;
  return [lead, ...issues.map(issueText)].join('\n');
}

/** One issue as text. */
export function issueText(issue: Issue): string {
  const mark = issue.severity === 'error' ? 'error  ' : 'warning';
  const where = issue.path === '' || issue.message.startsWith(issue.path) ? '' : `${issue.path}: `;
  return `  ${mark}  ${where}${issue.message}${issue.next === undefined ? '' : `\n           ${issue.next}`}`;
}
