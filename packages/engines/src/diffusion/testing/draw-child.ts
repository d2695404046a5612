// Draws with the model of a folder and says which process holds it, for tests that kill the one that asked.
import { openDiffusionEngine } from '../open-diffusion-engine.ts';
import { testRequest } from '../test-models.ts';

const [folder = ''] = process.argv.slice(2);
const engine = openDiffusionEngine({ threads: 1 });
void engine.generate({ name: 'endless', folder, revision: 'endless' }, testRequest());
const timer = setInterval(() => {
  const [held] = engine.processes();
  if (held === undefined) return;
  clearInterval(timer);
  process.stdout.write(String(held.pid));
}, 10);
