import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serverOfTests } from '@filmwright/records/testing';
import { readArguments } from '../read-arguments.ts';
import { askWorkspaces, type WorkspaceAnswer } from './workspace.ts';

process.env.FILMWRIGHT_HOME = join(tmpdir(), `filmwright-no-home-${process.pid}`);
process.env.DATABASE_URL = (await serverOfTests().open()).connectionString;

/** The words of the command as they are typed. */
function ask(...words: readonly string[]): Promise<WorkspaceAnswer> {
  const { values, positionals } = readArguments(['workspace', ...words]);
  const { weight, cap, json } = values;
  return askWorkspaces({ words: positionals.slice(1), weight, cap, gpuRate: values['gpu-rate'], slotRate: values['slot-rate'], json });
}

test('a workspace is made, given its terms, listed, and opened by a token that ends when it is revoked', async () => {
  await ask('add', 'north', '--weight', '4', '--cap', '2');
  const changed = await ask('set', 'north', '--cap', 'none', '--gpu-rate', '3');
  assert.match(changed.text, /north +weight 4, no cap, 3 credits a second of a GPU, 0.02 of a slot/);
  const { id, token } = (await ask('token', 'north')).data as { readonly id: string; readonly token: string };
  assert.match(token, /^fww1\.[\w-]{43}$/);
  const listed = await ask();
  assert.match(listed.text, /default +weight 1/);
  assert.match(listed.text, new RegExp(`north .*\n +token ${id} of .*, last used never`));
  assert.ok(!listed.text.includes(token));
  assert.match((await ask('revoke', id)).text, /north is revoked/);
  assert.ok(!(await ask('list')).text.includes(id));
});

test('what no workspace can have is refused with what is wanted', async () => {
  await assert.rejects(ask('add', 'My Studio'), /wanted small letters/);
  await assert.rejects(ask('add', 'lame', '--weight', '0'), /--weight is "0"; wanted a number from 0.001/);
  await assert.rejects(ask('add', 'lame', '--cap', '1.5'), /--cap is "1.5"/);
  await assert.rejects(ask('set', 'nowhere', '--cap', '1'), /no workspace "nowhere"/);
  await assert.rejects(ask('set', 'default'), /with some of --weight/);
  await assert.rejects(ask('token', 'nowhere'), /no workspace "nowhere"/);
  await assert.rejects(ask('revoke', 'nothing'), /no token nothing/);
});
