import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError, type PoolsFile, poolsFileSchema } from '@filmwright/contracts';
import type { Role } from './roles.ts';

/** The pools that a file names, `pools.yaml` of the home where none is given; null when that is not there. Throws with everything that is wrong in it. */
export async function readPoolsFile({
  home,
  path,
}: {
  readonly home: string;
  readonly path: string | undefined;
}): Promise<PoolsFile | null> {
  const file = path ?? join(home, 'pools.yaml');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (path === undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new FilmwrightError(
      'request-invalid',
      `The pools ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new FilmwrightError(
      'request-invalid',
      `The pools ${file} are no YAML: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const checked = poolsFileSchema.safeParse(value);
  if (checked.success) return checked.data;
  const issues = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new FilmwrightError('request-invalid', `The pools ${file} cannot be used: ${issues.join('; ')}. See docs/guide/pools.md.`);
}

type Surroundings = {
  readonly roles: readonly Role[];
  readonly publicUrl: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Throws with everything that the pools lack on this machine. */
export function checkPools({ pools }: PoolsFile, { roles, publicUrl, env }: Surroundings): void {
  if (!roles.includes('controller')) return;
  const lacks = pools.flatMap(({ name, provisioner }) => {
    if (provisioner?.type === 'http')
      return [
        ...(publicUrl || env.FILMWRIGHT_PUBLIC_URL
          ? []
          : [`the pool ${name} needs --public-url, the address of the gateway that its machines join`]),
        ...(provisioner.tokenFrom === undefined || env[provisioner.tokenFrom]
          ? []
          : [`the pool ${name} takes its token from ${provisioner.tokenFrom}, which is not set`]),
      ];
    if (roles.includes('gateway')) return [];
    return [
      ...(env.FILMWRIGHT_URL ? [] : [`the pool ${name} has no gateway: set FILMWRIGHT_URL, or add the role gateway`]),
      ...(env.FILMWRIGHT_RUNNER_TOKEN ? [] : [`the pool ${name} has no token: set FILMWRIGHT_RUNNER_TOKEN to that of the gateway`]),
    ];
  });
  if (lacks.length > 0) throw new FilmwrightError('request-invalid', `The pools cannot start: ${lacks.join('; ')}.`);
}
