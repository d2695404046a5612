import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type RetryRules, usualRetry } from './read-remote.ts';

/** Where hubs and registries are, and how they are asked. */
export type SourceSettings = {
  readonly hubEndpoint: string;
  readonly hubToken: string | null;
  readonly npmRegistry: string;
  readonly pypiIndex: string;
  readonly retry: RetryRules;
};

const bare = (url: string): string => url.replace(/\/+$/, '');

/**
 * Settings from the environment: HF_ENDPOINT and HF_TOKEN as the hub's own program reads them, npm's own registry setting, and FILMWRIGHT_PYPI for an index
 * with PyPI's JSON interface. Proxies are Node's own business (NODE_USE_ENV_PROXY with HTTPS_PROXY, HTTP_PROXY, NO_PROXY).
 */
export async function readSourceSettings(env: Readonly<Record<string, string | undefined>>): Promise<SourceSettings> {
  return {
    hubEndpoint: bare(env['HF_ENDPOINT'] || 'https://huggingface.co'),
    hubToken: env['HF_TOKEN'] || env['HUGGING_FACE_HUB_TOKEN'] || null,
    npmRegistry: bare(env['npm_config_registry'] || env['NPM_CONFIG_REGISTRY'] || (await npmSetting()) || 'https://registry.npmjs.org'),
    pypiIndex: bare(env['FILMWRIGHT_PYPI'] || 'https://pypi.org'),
    retry: usualRetry,
  };
}

async function npmSetting(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], { timeout: 10_000 });
    return URL.canParse(stdout.trim()) ? stdout.trim() : null;
  } catch {
    return null;
  }
}
