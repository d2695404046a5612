import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { benchHome, end, filmwright, removeHome, serve } from '../film/platform.ts';
import { median } from '../film/product.ts';

const art = join(import.meta.dirname, '../../examples/art');
const film = {
  title: 'Segments',
  voice: 'flite-slt',
  storyboard: [{ length: '4s', visual: { picture: join(art, 'camp-dusk.jpg') }, motion: 'pan-left' }],
  soundtrack: { music: join(art, '../sound/evening-light.m4a') },
  outputs: { package: true },
};
const seconds = 4;
const rounds = 3;
const connections = 32;

for (const program of ['nginx', 'wrk'])
  if (spawnSync(program, ['-v']).error !== undefined)
    throw new Error(`${program} is not installed; get it with: apt-get install -y nginx-light wrk`);

const home = benchHome();
const { child } = await serve(home);
try {
  const document = join(home, 'film.json');
  writeFileSync(document, JSON.stringify(film));
  const { build } = await filmwright(home, ['make', document, '--out', join(home, 'out')]);
  const { url, token } = JSON.parse(readFileSync(join(home, 'platform.json'), 'utf8')) as { url: string; token: string };
  const reply = await fetch(`${url}/v1/builds/${build}/package`, { headers: { authorization: `Bearer ${token}` } });
  const { root } = (await reply.json()) as { root: string };
  const nginx = await startNginx(url);
  try {
    for (const rung of ['360p', '720p', '1080p']) {
      const path = `${root}video/${rung}/1.m4s`;
      const bytes = (await (await fetch(url + path)).arrayBuffer()).byteLength;
      await (await fetch(nginx.url + path)).arrayBuffer();
      const own: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        own.push(await cpuPerRequest(url + path, gatewayPid()));
        theirs.push(await cpuPerRequest(nginx.url + path, nginx.worker));
      }
      const ratio = median(own) / median(theirs);
      process.stdout.write(
        `edge ${rung}: ${(bytes / 1000).toFixed(0)} kB, gateway ${median(own).toFixed(0)} us, nginx ${median(theirs).toFixed(0)} us of processor time per request: ratio ${ratio.toFixed(2)} (wanted at most 1.7)\n`,
      );
    }
  } finally {
    nginx.stop();
  }
} finally {
  await end(child);
  await removeHome(home);
}

/** Microseconds of processor time that a process spends per request while wrk asks for one address. */
async function cpuPerRequest(address: string, pid: number): Promise<number> {
  const before = cpuUs(pid);
  const wrk = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  wrk.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await new Promise((resolve) => wrk.once('close', resolve));
  const requests = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
  if (requests === 0 || /Non-2xx|Socket errors/.test(text)) throw new Error(`wrk saw errors: ${text}`);
  return (cpuUs(pid) - before) / requests;
}

function cpuUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function gatewayPid(): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      if (command.includes('apps/gateway/src/main.ts') && readFileSync(`/proc/${name}/environ`, 'utf8').includes(home)) return Number(name);
    } catch {
      // It ended meanwhile.
    }
  }
  throw new Error('the gateway is not running');
}

/** nginx with one worker, a cache of its own and sendfile, before the gateway. */
async function startNginx(origin: string) {
  const folder = join(home, 'nginx');
  for (const name of ['', 'cache', 'body', 'proxy']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['', 'cache', 'body', 'proxy']) chmodSync(join(folder, name), 0o777);
  const port = 20_000 + (process.pid % 20_000);
  const { host } = new URL(origin);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=media:10m max_size=1g use_temp_path=off;
  server { listen 127.0.0.1:${port}; location / { proxy_pass ${origin}; proxy_set_header Host ${host}; proxy_cache media; proxy_cache_valid 200 1h; } }
}
`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'inherit', 'inherit'] });
  const worker = async (): Promise<number> => {
    for (let tries = 0; tries < 100; tries++) {
      const found = spawnSync('pgrep', ['-P', String(child.pid), '-f', 'worker process'], { encoding: 'utf8' }).stdout.trim();
      if (found !== '') return Number(found.split('\n')[0]);
      await sleep(50);
    }
    throw new Error('nginx did not start');
  };
  return { url: `http://127.0.0.1:${port}`, worker: await worker(), stop: () => child.kill('SIGTERM') };
}
