// What the script of a gateway starts on a machine that shall work for it: `--install` brings packages and programs, all else is told to `filmwright runner`.
import { install, runEntry } from './install.mjs';

const words = process.argv.slice(2);
if (words[0] === '--install') install({ only: 'runner' });
else runEntry('apps/cli/src/main.ts', ['runner', ...words]);
