import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';

/** What the gateway is told by its environment. `home` holds the media folder; port 0 takes a free one. */
export type GatewayConfig = {
  readonly home: string;
  readonly mediaRoot: string;
  readonly databaseUrl: string;
  readonly port: number;
  /** Serves by TLS too, on a port and address of its own; null where nothing but this machine, or a proxy on it, connects. */
  readonly tls: { readonly certPath: string; readonly keyPath: string; readonly host: string; readonly port: number } | null;
  /** Origin by which others reach this gateway; null takes the address of TLS. */
  readonly publicUrl: string | null;
  readonly token: string;
  readonly runnerToken: string;
  /** Opens the figures alone; '' is none. */
  readonly metricsToken: string;
  readonly signingKey: string;
  readonly cacheBytes: number;
  readonly maxUploadBytes: number;
  /** Folder of uploads under way, and how long one that is not gone on with is kept. */
  readonly uploadsRoot: string;
  readonly keepUploadsMs: number;
  readonly price: Price | null;
  readonly leaseMs: number;
  readonly logLevel: string;
};

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** Reads the configuration from environment variables; names every one that is missing or wrong at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  const wrong: string[] = [];
  const text = (name: string, minLength: number): string => {
    const value = env[name] ?? '';
    if (value.length < minLength)
      wrong.push(value === '' ? `${name} is not set` : `${name} is too short (wanted at least ${minLength} characters)`);
    return value;
  };
  const whole = (name: string, range: { readonly fallback: number; readonly min: number; readonly max: number }): number => {
    const value = env[name];
    if (value === undefined || value === '') return range.fallback;
    const number = Number(value);
    if (!Number.isInteger(number) || number < range.min || number > range.max) {
      wrong.push(`${name} is ${JSON.stringify(value)} (wanted a whole number from ${range.min} to ${range.max})`);
    }
    return number;
  };
  const home = text('FILMWRIGHT_HOME', 1);
  const config: GatewayConfig = {
    home,
    mediaRoot: env.FILMWRIGHT_MEDIA || join(home, 'media'),
    databaseUrl: text('DATABASE_URL', 1),
    port: whole('FILMWRIGHT_PORT', { fallback: 7070, min: 0, max: 65_535 }),
    tls: tlsOf(env, { wrong, port: whole('FILMWRIGHT_TLS_PORT', { fallback: 7443, min: 0, max: 65_535 }) }),
    publicUrl: publicUrlOf(env, wrong),
    token: text('FILMWRIGHT_TOKEN', 16),
    runnerToken: text('FILMWRIGHT_RUNNER_TOKEN', 16),
    metricsToken: env.FILMWRIGHT_METRICS_TOKEN ? text('FILMWRIGHT_METRICS_TOKEN', 16) : '',
    signingKey: text('FILMWRIGHT_SIGNING_KEY', 16),
    cacheBytes: whole('FILMWRIGHT_CACHE_BYTES', { fallback: 64 * mebibyte, min: 0, max: 64 * gibibyte }),
    maxUploadBytes: whole('FILMWRIGHT_MAX_UPLOAD_BYTES', { fallback: 16 * gibibyte, min: 1, max: Number.MAX_SAFE_INTEGER }),
    uploadsRoot: join(home, 'uploads'),
    keepUploadsMs: whole('FILMWRIGHT_KEEP_UPLOADS_MS', { fallback: 24 * 3_600_000, min: 1000, max: 365 * 24 * 3_600_000 }),
    price: priceOf(env, wrong),
    leaseMs: whole('FILMWRIGHT_LEASE_MS', { fallback: 20_000, min: 1000, max: 600_000 }),
    logLevel: env.FILMWRIGHT_LOG_LEVEL || 'info',
  };
  if (wrong.length > 0)
    throw new FilmwrightError(
      'request-invalid',
      `The gateway cannot start: ${wrong.join('; ')}. Set these environment variables and start it again.`,
    );
  return config;
}

/** `FILMWRIGHT_TLS_CERT` and `FILMWRIGHT_TLS_KEY` name PEM files; `FILMWRIGHT_TLS_HOST` the address to listen on, this machine's own if left out. */
function tlsOf(
  env: Readonly<Record<string, string | undefined>>,
  { wrong, port }: { readonly wrong: string[]; readonly port: number },
): GatewayConfig['tls'] {
  const { FILMWRIGHT_TLS_CERT: certPath = '', FILMWRIGHT_TLS_KEY: keyPath = '', FILMWRIGHT_TLS_HOST: host = '127.0.0.1' } = env;
  if (certPath === '' && keyPath === '') return null;
  if (certPath === '' || keyPath === '')
    wrong.push(`${certPath === '' ? 'FILMWRIGHT_TLS_CERT' : 'FILMWRIGHT_TLS_KEY'} is not set beside the other`);
  if (!/^(127\.|localhost$|::1$)/.test(host) && !env.FILMWRIGHT_PUBLIC_URL)
    wrong.push(`FILMWRIGHT_PUBLIC_URL is not set (wanted the address that others use for ${host}, such as https://studio.example:${port})`);
  return { certPath, keyPath, host, port };
}

function publicUrlOf(env: Readonly<Record<string, string | undefined>>, wrong: string[]): string | null {
  const { FILMWRIGHT_PUBLIC_URL: found } = env;
  if (!found) return null;
  const url = URL.parse(found);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '') return url.origin;
  wrong.push(`FILMWRIGHT_PUBLIC_URL is ${JSON.stringify(found)} (wanted an address without a path, such as https://studio.example:7443)`);
  return null;
}

/** What an hour of work costs, of a slot and of a GPU; an electricity bill or a rented machine, it is for whoever runs the platform to say. */
export type Price = { readonly perHour: number; readonly perGpuHour: number; readonly currency: string };

/** `FILMWRIGHT_COST_PER_HOUR` of a slot's work, and `FILMWRIGHT_COST_PER_GPU_HOUR` of a GPU's where that is another, in `FILMWRIGHT_CURRENCY`. */
function priceOf(env: Readonly<Record<string, string | undefined>>, wrong: string[]): Price | null {
  const { FILMWRIGHT_CURRENCY: currency = 'EUR' } = env;
  const costOf = (name: string): number | null => {
    const cost = env[name];
    if (cost === undefined || cost === '') return null;
    if (!Number.isFinite(Number(cost)) || Number(cost) < 0) wrong.push(`${name} is ${JSON.stringify(cost)} (wanted a number from 0)`);
    return Number(cost);
  };
  const [perSlot, perGpu] = [costOf('FILMWRIGHT_COST_PER_HOUR'), costOf('FILMWRIGHT_COST_PER_GPU_HOUR')];
  if (perSlot === null && perGpu === null) return null;
  if (!/^[A-Z]{3}$/.test(currency))
    wrong.push(`FILMWRIGHT_CURRENCY is ${JSON.stringify(currency)} (wanted three capital letters, such as EUR)`);
  return { perHour: perSlot ?? 0, perGpuHour: perGpu ?? perSlot ?? 0, currency };
}
