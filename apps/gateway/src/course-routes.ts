import type { Attempt, Build, BuildCourse } from '@filmwright/contracts';
import { pastReason } from '@filmwright/core/wait/plain-reason';
import type { BuildCourseFacts } from '@filmwright/records';
import type { FastifyInstance } from 'fastify';
import { addRoute } from './add-route.ts';
import { findBuild } from './build-routes.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { keptAnswer } from './kept-answer.ts';

/** So many attempts are looked at, and so many of them are told. */
const mostRead = 20_000;
const mostTold = 2000;
/** A course is read at most so often however many look, and more seldom where that takes long. */
const trustMs = 900;
const mostKnown = 1000;
/** What is handed from one to the next without a wait takes less. */
const shortestMs = 500;

/** What a build costs and how its tasks went. */
export function addCourseRoutes(app: FastifyInstance, parts: GatewayParts): void {
  const known = new Map<string, () => Promise<BuildCourseFacts | null>>();
  const look = ({ id, endedAt }: Build, workspaceId: string): Promise<BuildCourseFacts | null> => {
    // What was read while it ran is not how it ended.
    const name = `${id} ${endedAt}`;
    if (known.size >= mostKnown && !known.has(name)) known.clear();
    const ask = known.get(name) ?? keptAnswer(() => parts.overview.buildCourse({ workspaceId, buildId: id, limit: mostRead }), { trustMs });
    known.set(name, ask);
    return ask();
  };
  addRoute(app, {
    name: 'buildCourse',
    handler: async (request) => {
      const build = await findBuild(request, parts);
      const facts = await look(build, request.workspaceId);
      if (facts === null) throw new Error(`the build ${build.id} has gone`);
      return courseOf(build, { facts, nowMs: Date.now() });
    },
  });
}

/** The course of a build from what the ledger has of it; what runs still counts up to `nowMs`. */
export function courseOf(
  { createdAt, endedAt }: Pick<Build, 'createdAt' | 'endedAt'>,
  { facts, nowMs }: { readonly facts: BuildCourseFacts; readonly nowMs: number },
): BuildCourse {
  const { attempts, spend, count } = facts;
  // What came behind the last attempt that was read is not known to be idle.
  const last = count > attempts.length ? attempts.at(-1)?.startedAt : undefined;
  const endMs = Date.parse(last ?? endedAt ?? new Date(nowMs).toISOString());
  const told = attempts.slice(0, mostTold);
  return {
    spend,
    startedAt: createdAt,
    endedAt,
    idleMs: isForgotten(facts) ? null : idleTime(attempts, { startMs: Date.parse(createdAt), endMs }),
    waits: waitsOf(attempts),
    attempts: told.map((one) => (one.waitedFor === null ? one : { ...one, waitedFor: pastReason(one.waitedFor) })),
    more: count - told.length,
  };
}

/** Attempts of long ago are removed, what was charged for them stays. */
function isForgotten({ attempts, spend: { settled } }: BuildCourseFacts): boolean {
  return attempts.length === 0 && settled.gpuS + settled.slotS > 0;
}

/** Time between two instants in which no attempt ran; attempts are in order of their start. */
function idleTime(attempts: readonly Attempt[], { startMs, endMs }: { readonly startMs: number; readonly endMs: number }): number {
  let idleMs = 0;
  let busyUntilMs = startMs;
  for (const { startedAt, endedAt } of attempts) {
    const fromMs = Math.min(endMs, Date.parse(startedAt));
    idleMs += Math.max(0, fromMs - busyUntilMs);
    busyUntilMs = Math.max(busyUntilMs, Math.min(endMs, endedAt === null ? endMs : Date.parse(endedAt)));
  }
  return idleMs + Math.max(0, endMs - busyUntilMs);
}

function waitsOf(attempts: readonly Attempt[]): BuildCourse['waits'] {
  const found = new Map<string, { reason: string; tasks: number; ms: number }>();
  for (const { readyAt, startedAt, waitedFor } of attempts) {
    const ms = Date.parse(startedAt) - Date.parse(readyAt);
    if (ms < shortestMs) continue;
    const reason = sameReason(waitedFor);
    const wait = found.get(reason) ?? { reason, tasks: 0, ms: 0 };
    found.set(reason, { reason, tasks: wait.tasks + 1, ms: wait.ms + ms });
  }
  return [...found.values()].sort((a, b) => b.ms - a.ms);
}

/** Waits that differ only by how many were before are the same. */
function sameReason(waitedFor: string | null): string {
  if (waitedFor === null) return 'it was being given to a runner';
  if (/^\d+ tasks? goe?s? before it$/.test(waitedFor)) return 'other tasks went before it';
  if (/^it is tried again in /.test(waitedFor)) return 'a try came to nothing, and the next one waited a moment';
  return pastReason(waitedFor);
}
