import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRoles } from './roles.ts';

const elsewhere = { DATABASE_URL: 'postgres://one@db.example/filmwright' };

test('without a list a machine is all that it needs, with its own database only where no other is named', () => {
  assert.deepEqual(readRoles(undefined, {}), ['gateway', 'controller', 'runner', 'database']);
  assert.deepEqual(readRoles(undefined, elsewhere), ['gateway', 'controller', 'runner']);
});

test('roles are taken in any order, once', () => {
  assert.deepEqual(readRoles(' controller,gateway , gateway', elsewhere), ['gateway', 'controller']);
  assert.deepEqual(readRoles('database', {}), ['database']);
});

test('what roles lack is told at once, with what to set', () => {
  assert.throws(() => readRoles('gateway,controller', {}), /the gateway has no database: set DATABASE_URL.*the controller has no database/);
  assert.throws(() => readRoles('runner', {}), /set FILMWRIGHT_URL.*set FILMWRIGHT_RUNNER_TOKEN/);
  assert.throws(() => readRoles('database', elsewhere), /leave out one of the two/);
  assert.throws(() => readRoles('gatway', {}), /"gatway"; did you mean gateway\?/);
  assert.throws(() => readRoles(',', {}), /names none/);
});
