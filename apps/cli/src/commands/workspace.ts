import { randomBytes } from 'node:crypto';
import { FilmwrightError, workspaceTokenPrefix } from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { openRecords, type Workspace, type WorkspaceStore, type WorkspaceTerms } from '@filmwright/records';
import { useDatabase } from '../keep/use-database.ts';
import { filmwrightHome } from '../platform/home.ts';

export type WorkspaceOptions = {
  readonly words: readonly string[];
  readonly weight: string | undefined;
  /** A number of tasks, or `none`. */
  readonly cap: string | undefined;
  readonly gpuRate: string | undefined;
  readonly slotRate: string | undefined;
  /** Folder of all state, that of FILMWRIGHT_HOME when left out. */
  readonly json: boolean;
};

/** What a command is answered: as JSON, for people, and what is said beside it. */
export type WorkspaceAnswer = { readonly data: unknown; readonly text: string; readonly note?: string };

/** `workspace [list]`, `workspace add NAME`, `workspace set NAME`, `workspace token NAME`, `workspace revoke ID`; also while the platform runs. */
export async function workspace(options: WorkspaceOptions): Promise<void> {
  const { data, text, note } = await askWorkspaces(options);
  process.stdout.write(options.json ? `${JSON.stringify(data)}\n` : `${text}\n`);
  if (note !== undefined && !options.json) process.stderr.write(`${note}\n`);
}

/** As `workspace`, without a word on the terminal. */
export async function askWorkspaces(options: WorkspaceOptions): Promise<WorkspaceAnswer> {
  const work = workOf(options);
  return useDatabase(filmwrightHome(), async (connectionString) => {
    const records = await openRecords({ connectionString });
    return work(records).finally(() => records.close());
  });
}

/** Reads the words before any database is asked. */
function workOf(options: WorkspaceOptions): (store: WorkspaceStore) => Promise<WorkspaceAnswer> {
  const [verb = 'list', name, ...rest] = options.words;
  const terms = termsOf(options);
  const changes = Object.keys(terms).length > 0;
  if (rest.length > 0) throw wanted(options);
  if (verb === 'list' && name === undefined && !changes) return list;
  if (verb === 'add' && name !== undefined) return (store) => add(store, { ...terms, name: nameOf(name) });
  if (verb === 'set' && name !== undefined && changes) return (store) => set(store, { ...terms, name });
  if (verb === 'token' && name !== undefined && !changes) return (store) => drawToken(store, name);
  if (verb === 'revoke' && name !== undefined && !changes) return (store) => revoke(store, name);
  throw wanted(options);
}

function wanted({ words }: WorkspaceOptions): FilmwrightError {
  return new FilmwrightError(
    'request-invalid',
    'Wanted `workspace list`, `workspace add NAME`, `workspace set NAME` with some of --weight, --cap, --gpu-rate and --slot-rate, ' +
      `\`workspace token NAME\` or \`workspace revoke ID\`, found ${['workspace', ...words].join(' ')}.`,
  );
}

async function list(store: WorkspaceStore): Promise<WorkspaceAnswer> {
  const workspaces = await store.listWorkspaces();
  return { data: { workspaces }, text: workspaces.map(workspaceText).join('\n') };
}

async function add(store: WorkspaceStore, workspace: Partial<WorkspaceTerms> & { readonly name: string }): Promise<WorkspaceAnswer> {
  const made = await store.addWorkspace(workspace);
  return {
    data: made,
    text: workspaceText(made),
    note: `\`filmwright workspace token ${made.name}\` draws a token that works for it alone.`,
  };
}

async function set(store: WorkspaceStore, workspace: Partial<WorkspaceTerms> & { readonly name: string }): Promise<WorkspaceAnswer> {
  const changed = await store.setWorkspace(workspace);
  if (changed === null) throw noWorkspace(workspace.name);
  return { data: changed, text: workspaceText(changed) };
}

async function drawToken(store: WorkspaceStore, name: string): Promise<WorkspaceAnswer> {
  const token = `${workspaceTokenPrefix}${randomBytes(32).toString('base64url')}`;
  const id = await store.addWorkspaceToken({ name, secretHash: hashOfSecret(token) });
  if (id === null) throw noWorkspace(name);
  const note = `It is shown this once; send it as "Authorization: Bearer TOKEN". \`filmwright workspace revoke ${id}\` ends it.`;
  return { data: { id, workspace: name, token }, text: token, note };
}

async function revoke(store: WorkspaceStore, id: string): Promise<WorkspaceAnswer> {
  const name = await store.revokeWorkspaceToken(id);
  if (name === null)
    throw new FilmwrightError('not-found', `There is no token ${id} of a workspace. \`filmwright workspace list\` shows them.`);
  return { data: { id, workspace: name }, text: `Token ${id} of the workspace ${name} is revoked; within seconds no gateway takes it.` };
}

function noWorkspace(name: string): FilmwrightError {
  return new FilmwrightError(
    'not-found',
    `There is no workspace ${JSON.stringify(name)}. \`filmwright workspace list\` shows them, \`filmwright workspace add NAME\` makes one.`,
  );
}

function workspaceText({ name, weight, cap, gpuRate, slotRate, tokens }: Workspace): string {
  const limit = cap === null ? 'no cap' : `at most ${cap} tasks at once`;
  const facts = `weight ${weight}, ${limit}, ${gpuRate} credits a second of a GPU, ${slotRate} of a slot`;
  const alive = tokens.filter(({ revokedAt }) => revokedAt === null);
  const lines = alive.map(({ id, createdAt, seenAt }) => `\n    token ${id} of ${createdAt}, last used ${seenAt ?? 'never'}`);
  return `  ${name.padEnd(20)} ${facts}${lines.join('')}`;
}

function nameOf(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new FilmwrightError('request-invalid', `The name is ${JSON.stringify(name)}; wanted small letters, digits and dashes, 63 at most.`);
}

function termsOf({ weight, cap, gpuRate, slotRate }: WorkspaceOptions): Partial<WorkspaceTerms> {
  return {
    ...(weight !== undefined && { weight: numberOf(weight, { name: '--weight', least: 0.001, most: 1e6 }) }),
    ...(cap !== undefined && { cap: cap === 'none' ? null : wholeOf(cap) }),
    ...(gpuRate !== undefined && { gpuRate: numberOf(gpuRate, { name: '--gpu-rate', least: 0, most: 1e9 }) }),
    ...(slotRate !== undefined && { slotRate: numberOf(slotRate, { name: '--slot-rate', least: 0, most: 1e9 }) }),
  };
}

function numberOf(text: string, { name, least, most }: { readonly name: string; readonly least: number; readonly most: number }): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new FilmwrightError('request-invalid', `${name} is ${JSON.stringify(text)}; wanted a number from ${least} to ${most}.`);
}

/** 0 stops a workspace: nothing of it starts, what runs goes on. */
function wholeOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 1_000_000) return value;
  throw new FilmwrightError('request-invalid', `--cap is ${JSON.stringify(text)}; wanted a number of tasks that may run at once, or none.`);
}
