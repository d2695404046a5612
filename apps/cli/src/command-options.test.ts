import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOptions, commands } from './command-options.ts';
import { optionNames, readArguments } from './read-arguments.ts';
import { usage } from './usage.ts';

const flags = new Set([
  ...[
    'json',
    'keep-machines',
    'no-sweep',
    'dry-run',
    'take-store',
    'remove',
    'yes',
    'offer-voice',
    'accept-licence',
    'all',
    'pin',
    'or-rules',
    'drawings',
  ],
]);
const anywhere = ['help', 'version'];
const line = (name: string): readonly string[] => [`--${name}`, ...(flags.has(name) ? [] : ['1'])];
const takenBy = (command: string): readonly string[] => [...commandOptions[command as keyof typeof commandOptions], 'home', 'json'];

test('every command takes its own options and refuses every other, naming it and those that it takes', () => {
  for (const command of commands) {
    const taken = takenBy(command);
    for (const name of taken) assert.doesNotThrow(() => readArguments([command, ...line(name)]), `${command} --${name}`);
    for (const name of optionNames.filter((each) => !taken.includes(each) && !anywhere.includes(each)))
      assert.throws(
        () => readArguments([...line(name), command]),
        ({ code, message }: { readonly code?: string; readonly message: string }) => {
          assert.equal(code, 'request-invalid');
          assert.ok(message.startsWith(`${command} takes no --${name}; it takes --`), message);
          for (const each of taken) assert.match(message, new RegExp(`--${each}\\b`));
          return true;
        },
        `${command} --${name}`,
      );
  }
});

test('there is no option that no command takes', () => {
  const all = new Set(commands.flatMap(takenBy));
  assert.deepEqual(
    optionNames.filter((name) => !all.has(name)),
    anywhere,
  );
});

test('several that are not taken are named together, and a short one by its long name', () => {
  assert.throws(() => readArguments(['restore', 'X', '-y', '--dry-run', '--older', '7d']), {
    message: /no --yes, --dry-run and --older; it/,
  });
  for (const args of [
    ['restore', '--dry-run', '--help'],
    ['--version', '--dry-run'],
  ])
    assert.doesNotThrow(() => readArguments(args));
});

test('what the usage tells of a command, it takes', () => {
  let told: readonly string[] = [];
  let found = 0;
  for (const row of usage.split('\n')) {
    // Lines below a command are further in, and tell more of it.
    if (!row.startsWith('      ')) told = [/^ {2}filmwright ([a-z]+)/.exec(row)?.[1] ?? ''].filter((command) => command !== '');
    if (row.startsWith('      runner, queue, press and cancel ')) told = ['runner', 'queue', 'press', 'cancel'];
    for (const command of told)
      for (const [, name = ''] of row.matchAll(/--([a-z]+(?:-[a-z]+)*)/g)) {
        assert.ok(takenBy(command).includes(name), `${command} --${name}`);
        found += 1;
      }
  }
  assert.ok(found > 80, `${found} options are told`);
});
