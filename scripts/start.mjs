// `npm start`: installs what is missing, then starts the platform and stays. Runs on Node 20 without dependencies.
import { buildStudio } from './build-studio.mjs';
import { install, runEntry } from './install.mjs';

install();
buildStudio();
runEntry('apps/cli/src/main.ts', ['serve', ...process.argv.slice(2)]);
