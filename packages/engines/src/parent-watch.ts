// The thread that looks whether the parent of its process (`workerData`) still lives, and ends the process at once if not.
import { workerData } from 'node:worker_threads';

const lookAgainMs = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, lookAgainMs);
