import { endAttempt, forgetAttempts, resumeAttempt } from './attempts.ts';
import { noteLearned } from './costs.ts';
import type { Change } from './demand.ts';
import { removeHost, setHost } from './fleet.ts';
import { noteFollowing, noteLearnedFollowUps } from './follow-ups.ts';
import { forgiveAll, noteDeath, takeOverRest } from './health.ts';
import { forgetComing, noteComing, passOver } from './prefetch.ts';
import { setShare } from './shares.ts';
import { type State, shareOf } from './state.ts';
import { stopWaiting, wait } from './waiting.ts';

/** Brings the state up to something that happened. A change about something unknown changes nothing. */
export function applyChange(state: State, change: Change, instantMs: number): void {
  switch (change.type) {
    case 'task':
      forgetComing(state, change.task.id);
      if (!isKnown(state, change.task.id)) noteFollowing(state.followUps, change.task, instantMs);
      wait(state, change.task, instantMs);
      return;
    case 'coming':
      noteComing(state, change);
      return;
    case 'withdrawn':
      forgetComing(state, change.task);
      stopWaiting(state, change.task);
      return;
    case 'ended':
      endAttempt(state, change, instantMs);
      return;
    case 'running':
      for (const { id } of [change.task, ...(change.others ?? [])]) stopWaiting(state, id);
      resumeAttempt(state, change, instantMs);
      return;
    case 'runner':
      setHost(state.fleet, change.runner);
      if (change.runner.draining) passOver(state, change.runner.id);
      return;
    case 'died':
      noteDeath(state.fleet, { ...change, instantMs });
      return;
    case 'rests':
      takeOverRest(state.fleet, change.rest);
      return;
    case 'woken':
      forgiveAll(state.fleet, change.runner);
      return;
    case 'gone': {
      const host = state.fleet.hosts.get(change.runner);
      passOver(state, change.runner);
      if (host === undefined) return;
      forgetAttempts(state, host);
      removeHost(state.fleet, host);
      return;
    }
    case 'model':
      state.costs.models.set(change.model.id, change.model);
      return;
    case 'learned':
      noteLearned(state.costs, change.time);
      return;
    case 'followed':
      noteLearnedFollowUps(state.followUps, change.followUps);
      return;
    case 'workspace':
      setShare(shareOf(state, change.workspace.id), { ...change.workspace, instantMs });
  }
}

function isKnown({ entries, later, attempts }: State, id: string): boolean {
  return entries.has(id) || later.has(id) || attempts.has(id);
}
