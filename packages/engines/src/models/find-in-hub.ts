import { FilmwrightError } from '@filmwright/contracts';
import { z } from 'zod';
import type { FoundFile, FoundSource } from './found-source.ts';
import { readRemoteJson } from './read-remote.ts';
import type { SourceSettings } from './source-settings.ts';
import type { ModelSource } from './source-uri.ts';

const aboutSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  gated: z.union([z.boolean(), z.string()]).nullish(),
  cardData: z.object({ license: z.union([z.string(), z.array(z.string())]).nullish(), license_name: z.string().nullish() }).nullish(),
});
const bytes = z.number().int().nonnegative();
const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    oid: z.string().nullish(),
    size: bytes.nullish(),
    lfs: z.object({ oid: z.string().regex(/^(sha256:)?[0-9a-f]{64}$/), size: bytes }).nullish(),
  }),
);
const mostPages = 1000;

/**
 * Looks a repository up in a hub with the Hugging Face layout: the commit that a revision is now, and every file of it with its size and digest (SHA-256
 * of large files, git's SHA-1 of the others). Nothing of the files is fetched.
 */
export async function findInHub(
  source: Extract<ModelSource, { readonly scheme: 'hf' }>,
  { settings, signal }: { readonly settings: SourceSettings; readonly signal?: AbortSignal | undefined },
): Promise<FoundSource> {
  const { repository, revision } = source;
  const headers = settings.hubToken === null ? {} : { authorization: `Bearer ${settings.hubToken}` };
  const ask = (url: string) => readRemoteJson({ url, headers, signal, retry: settings.retry });
  const api = `${settings.hubEndpoint}/api/models/${repository}`;
  const { value } = await ask(`${api}/revision/${encodeURIComponent(revision)}`);
  const about = wanted(aboutSchema, value, { url: api });
  const files: FoundFile[] = [];
  let page: string | null = `${api}/tree/${about.sha}?recursive=true`;
  for (let pages = 0; page !== null && pages < mostPages; pages++) {
    const answer: { readonly value: unknown; readonly next: string | null } = await ask(page);
    for (const entry of wanted(treeSchema, answer.value, { url: page })) {
      const path = entry.type === 'file' ? pathInside(entry.path, source.path) : null;
      if (path === null) continue;
      files.push({
        path,
        bytes: entry.lfs?.size ?? entry.size ?? null,
        digest: entry.lfs ? `sha256-${entry.lfs.oid.replace(/^sha256:/, '')}` : null,
        gitOid: entry.lfs ? null : (entry.oid ?? null),
        at: {
          url: `${settings.hubEndpoint}/${repository}/resolve/${about.sha}/${entry.path.split('/').map(encodeURIComponent).join('/')}`,
          headers,
        },
      });
    }
    page = answer.next === null ? null : nextPage(answer.next, page);
  }
  if (files.length === 0)
    throw new FilmwrightError(
      'not-found',
      `The repository ${repository} at ${about.sha} holds ${source.path === null ? 'no files' : `nothing at ${source.path}`}.`,
    );
  const licence = licenceSaid(about.cardData);
  const pinned = `hf:${repository}@${about.sha}${source.path === null ? '' : `/${source.path}`}`;
  return { kind: 'files', pinned, licence, gated: Boolean(about.gated), files };
}

/** Another page of the same hub: its token goes to no other host, whoever names one. */
function nextPage(next: string, page: string): string {
  const url = new URL(next, page);
  if (url.origin === new URL(page).origin) return url.href;
  throw new FilmwrightError(
    'unavailable',
    `${page} says that its next page is at ${url.origin}; wanted one of its own. Check HF_ENDPOINT.`,
    {
      retryable: false,
    },
  );
}

/** All licences that a repository names; the name of an own one counts where the hub has none for it. */
function licenceSaid(about: z.infer<typeof aboutSchema>['cardData']): string | null {
  const named = [about?.license ?? []].flat();
  const own = about?.license_name ?? null;
  if (named.length > 0 && (named.join() !== 'other' || own === null)) return named.join(', ');
  return own;
}

/** A path as the model has it: below a folder that the source names, or the one file it names; null for all others. */
function pathInside(path: string, named: string | null): string | null {
  if (named === null) return path;
  if (path === named) return path.slice(path.lastIndexOf('/') + 1);
  return path.startsWith(`${named}/`) ? path.slice(named.length + 1) : null;
}

function wanted<Value>(schema: z.ZodType<Value>, value: unknown, { url }: { readonly url: string }): Value {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new FilmwrightError(
    'unavailable',
    `${url} answered in an unknown way at ${issue?.path.join('.') || 'its top'}: ${issue?.message}. Check HF_ENDPOINT.`,
    { retryable: false },
  );
}
