import { spawn } from 'node:child_process';

/** Runs a program in this one's place: what ends this one ends it in order, and its end is this one's. Ctrl-C reaches both by itself. */
export function handOver(program, args, env) {
  const child = spawn(program, args, { stdio: 'inherit', env });
  const pass = (signal) => child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, pass);
  process.on('SIGINT', () => {});
  child.once('error', (error) => {
    process.stderr.write(`${program} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
