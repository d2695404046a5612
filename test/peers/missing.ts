import { spawnSync } from 'node:child_process';

/** Another program that we are held against: `asks` is a run of it that must succeed. */
export type Peer = { readonly name: string; readonly asks: readonly string[]; readonly install: string };

/** Why a suite is skipped, with how to get the peer; false where it is installed. */
export function missing({ name, asks: [program = '', ...args], install }: Peer): string | false {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined ? false : `${name} is not installed; get it with: ${install}`;
}
