// `npm run film`: installs what is missing, then makes a film. Runs on Node 20 without dependencies.
import { install, runEntry } from './install.mjs';

const args = process.argv.slice(2);
const quiet = args.includes('--json') || !process.stdin.isTTY;
install();
const named = args.some((arg, at) => !arg.startsWith('-') && !['--out', '--voice'].includes(args[at - 1] ?? ''));
runEntry('apps/cli/src/main.ts', [
  'make',
  ...(named ? [] : ['examples/aurora.yaml']),
  '--offer-voice',
  ...(quiet ? ['--yes'] : []),
  ...args,
]);
