import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type AcceptedLicence, FilmwrightError, type ModelCard, type ModelLicence } from '@filmwright/contracts';
import { canonicalText } from '@filmwright/core/plan/task-key';
import { writeWhole } from '@filmwright/process/write-whole';
import type { FoundSource } from './found-source.ts';
import { withModelLock } from './model-lock.ts';

const fileOf = (home: string): string => join(home, 'models', '_licences.json');

/** Every licence that was accepted on this machine, oldest first. */
export async function acceptedLicences(home: string): Promise<readonly AcceptedLicence[]> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => '[]');
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? (list as readonly AcceptedLicence[]) : [];
  } catch {
    return [];
  }
}

/** Digest of a licence's terms as people are shown them. */
export function licenceDigest(licence: ModelLicence): string {
  return `sha256-${createHash('sha256').update(canonicalText(licence)).digest('hex')}`;
}

/** Whether a model's licence must be accepted and was not yet in these terms. */
export function lacksAcceptance(
  { name, licence }: Pick<ModelCard, 'name' | 'licence'>,
  accepted: readonly Pick<AcceptedLicence, 'model' | 'textDigest'>[],
): boolean {
  if (!licence.mustAccept) return false;
  const textDigest = licenceDigest(licence);
  return !accepted.some((each) => each.model === name && each.textDigest === textDigest);
}

const saidOfUse = {
  allowed: 'Commercial use: allowed, on its terms.',
  forbidden: 'Commercial use: FORBIDDEN. Films made with it say so in their reports.',
  unclear: 'Commercial use: unclear; read its terms or ask a lawyer. Films made with it say so in their reports.',
} as const;

/** The licence as people are shown it before they accept it. */
export function licenceText(licence: ModelLicence): string {
  const address = licence.url === null ? [] : [`Its text: ${licence.url}`];
  return [
    `Licence: ${licence.name}. By: ${licence.attribution || 'unknown'}.`,
    saidOfUse[licence.commercialUse],
    licence.summary,
    ...address,
  ].join('\n');
}

/** A licence that must be accepted was not, so that nothing was fetched: nothing is wrong with the model. */
export class LicenceWanted extends FilmwrightError {
  constructor(message: string) {
    super('model-unavailable', message);
    this.name = 'LicenceWanted';
  }
}

export type WantLicence = {
  readonly home: string;
  readonly model: string;
  readonly licence: ModelLicence;
  readonly accept: boolean;
  readonly now: Date;
};

/** What is to be remembered where a licence is accepted now, null where it needs no acceptance or has it in these terms; else throws `LicenceWanted` with its terms. */
export async function wantLicence({ home, model, licence, accept, now }: WantLicence): Promise<AcceptedLicence | null> {
  if (!lacksAcceptance({ name: model, licence }, await acceptedLicences(home))) return null;
  if (!accept)
    throw new LicenceWanted(
      `The model ${model} was not added: its licence is not accepted, and nothing was fetched.\n${licenceText(licence)}\nTo accept it and go on, say the same with --accept-licence.`,
    );
  return { model, licence: licence.name, textDigest: licenceDigest(licence), acceptedAt: now.toISOString(), acceptedBy: userName() };
}

/** Writes down that licences were accepted; what others write at the same time stays. */
export async function rememberLicences(home: string, accepted: readonly AcceptedLicence[]): Promise<void> {
  if (accepted.length === 0) return;
  await withModelLock({ home, name: '_licences', waits: true }, async () => {
    const all = [...(await acceptedLicences(home)), ...accepted];
    await writeWhole(fileOf(home), `${JSON.stringify(all, null, 2)}\n`);
  });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? 'unknown';
  }
}

/** Names that hubs write in their own way, as SPDX writes them. */
const spdx = [
  'Apache-2.0',
  'MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'CC0-1.0',
  'Unlicense',
  'Zlib',
  'CC-BY-4.0',
  '0BSD',
  'GPL-3.0',
  'AGPL-3.0',
];
const free = /^(Apache-2\.0|MIT|BSD-[23]-Clause|ISC|CC0-1\.0|Unlicense|Zlib|CC-BY-4\.0|0BSD)$/i;
const noncommercial = /(^|[-_ ])(nc|non-?commercial|research)([-_ ]|$)/i;

/**
 * The licence of weights by two names, what somebody says here and what their source says: the source is believed where its licence is not plainly free,
 * so that no word of ours makes a licence freer than its owner does.
 */
export function licenceOfNames(
  { said, ofSource }: { readonly said: string | undefined; readonly ofSource: string | null },
  url: string | null,
): ModelLicence {
  const isOpen = ofSource === null || !licenceOfName(ofSource, url).mustAccept;
  return licenceOfName(isOpen ? (said ?? ofSource) : ofSource, url);
}

/** The licence to accept of a card: the repository's own, where that is no longer as free as the card says. A package's says nothing about the weights in it. */
export function licenceNow(licence: ModelLicence, { pinned, licence: ofSource }: Pick<FoundSource, 'pinned' | 'licence'>): ModelLicence {
  if (licence.mustAccept || ofSource === null || !pinned.startsWith('hf:')) return licence;
  const now = licenceOfName(ofSource, licence.url);
  return now.mustAccept ? { ...now, attribution: licence.attribution } : licence;
}

/** Of two licences that are told of the same weights the one that must be accepted; the first where both must, or none. */
export function stricterLicence(licence: ModelLicence, other: ModelLicence | undefined): ModelLicence {
  return !licence.mustAccept && other?.mustAccept === true ? other : licence;
}

/** What a licence's name alone says, for weights that no card describes: known free ones need no acceptance, all others are shown and must be accepted. */
export function licenceOfName(name: string | null, url: string | null): ModelLicence {
  const shown = spdx.find((each) => each.toLowerCase() === name?.toLowerCase()) ?? name ?? 'unknown';
  const commercialUse = free.test(shown) ? 'allowed' : noncommercial.test(shown) ? 'forbidden' : 'unclear';
  const summary = {
    allowed: `The source names the licence ${shown}, which allows commercial use on its terms.`,
    forbidden: `The source names the licence ${shown}, which by its name does not allow commercial use.`,
    unclear: name === null ? 'The source names no licence.' : `The source names the licence ${shown}, which Filmwright does not know.`,
  }[commercialUse];
  return { name: shown, url, attribution: '', summary, commercialUse, mustAccept: commercialUse !== 'allowed' };
}
