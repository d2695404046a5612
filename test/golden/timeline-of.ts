import assert from 'node:assert/strict';
import type { Timeline } from '@filmwright/contracts';
import { fileReferences } from '@filmwright/core/film/file-references';
import { readDocument } from '@filmwright/core/film/read-document';
import { writeTimeline } from '@filmwright/core/otio/write-timeline';
import { digestOf, runPlan } from './fake-ledger.ts';

/** The timeline that a document's export lays out, its tasks answered at once. */
export function timelineOf(document: unknown): Timeline {
  const { film, issues } = readDocument(document);
  assert.ok(film, JSON.stringify(issues));
  const files = Object.fromEntries(fileReferences(film).map(({ file }) => [file, digestOf(file)]));
  const { tasks, plan } = runPlan({ document, files, purpose: 'export' });
  assert.equal(plan.end?.state, 'succeeded', JSON.stringify(plan.end));
  const task = tasks.find(({ kind }) => kind === 'timeline');
  assert.ok(task?.kind === 'timeline');
  return task.payload.timeline;
}

/** An OpenTimelineIO file as values that a test may change, as an editor would. */
export type Open = {
  OTIO_SCHEMA: string;
  name: string;
  metadata: Record<string, unknown>;
  tracks: { children: OpenTrack[]; markers: unknown[] };
};
export type OpenTrack = { OTIO_SCHEMA: string; name: string; kind: string; enabled: boolean; metadata: unknown; children: OpenPiece[] };
export type OpenPiece = {
  OTIO_SCHEMA: string;
  name: string;
  enabled: boolean;
  metadata: unknown;
  markers: { name: string; comment: string; metadata: unknown }[];
  effects: unknown[];
  source_range: { OTIO_SCHEMA: string; start_time: OpenTime; duration: OpenTime };
  media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: string; target_url: string; available_range: unknown } };
  in_offset: OpenTime;
  out_offset: OpenTime;
  transition_type: string;
};
export type OpenTime = { OTIO_SCHEMA: string; value: number; rate: number };

/** The file that a document's export writes, opened. */
export function openedTimeline(document: unknown): Open {
  return JSON.parse(JSON.stringify(writeTimeline(timelineOf(document)))) as Open;
}
