import { parseArgs } from 'node:util';
import { measure } from './measure.ts';
import { policies } from './policies.ts';
import { scenarios } from './scenarios.ts';
import { simulate } from './simulate.ts';
import { table } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    load: { type: 'string', default: '0.8' },
    policies: { type: 'string' },
    out: { type: 'string' },
  },
});

const name = positionals[0] ?? 'reference';
const make = scenarios[name];
if (make === undefined) {
  process.stderr.write(`There is no scenario ${name}. There are: ${Object.keys(scenarios).join(', ')}.\n`);
  process.exit(2);
}
const settings = { seed: Number(values.seed), load: Number(values.load) };
const chosen = values.policies?.split(',') ?? Object.keys(policies);
const about = make(settings).about;
process.stdout.write(`${name}: ${about}; seed ${settings.seed}\n`);
const rows = [];
for (const policyName of chosen) {
  const policy = policies[policyName];
  if (policy === undefined) {
    process.stderr.write(`There is no policy ${policyName}. There are: ${Object.keys(policies).join(', ')}.\n`);
    process.exit(2);
  }
  const began = performance.now();
  const outcome = simulate({ scenario: make(settings), policy: policy({ seed: settings.seed, scenario: make(settings) }) });
  rows.push({ measures: measure(outcome), tookMs: performance.now() - began });
}
process.stdout.write(table(rows));
