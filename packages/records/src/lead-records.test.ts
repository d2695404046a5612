import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

test('S6: a program that knows less than the one that led last does not lead, one that knows as much or more does', async () => {
  const { records, sql } = await server.open();
  const now = { kinds: { encode: 3, cutout: 5 } };
  const before = { kinds: { encode: 3, cutout: 4 } };
  assert.equal(await records.whyNotLead(before), null, 'nobody led yet');
  await records.takeTurn({ program: before });
  const turn = await records.takeTurn({ program: now });
  for (const kinds of [before.kinds, { cutout: 5 }]) {
    const lack = await records.whyNotLead({ kinds });
    assert.match(lack ?? '', /cutout are of version 5 \(here 4\)|encode are of version 3 \(unknown here\)/);
    await assert.rejects(records.takeTurn({ program: { kinds } }), { code: 'protocol-unsupported', message: /newer than this one/ });
  }
  await records.checkTurn(turn);
  await records.takeTurn({ program: { kinds: { ...now.kinds, dub: 1 } } });
  assert.match((await records.whyNotLead(now)) ?? '', /dub/);

  await records.takeTurn({ program: before, anyway: true });
  assert.equal(await records.whyNotLead(before), null, 'who goes back for good is followed by others of that program');
  await sql(`update leadership set led_by = jsonb_set(led_by, '{schema}', '"9999-later.sql"')`);
  assert.match((await records.whyNotLead(now)) ?? '', /schema is 9999-later\.sql \(here \d{4}-/);
});
