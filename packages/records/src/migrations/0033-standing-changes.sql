-- What changed since standings were written, so that where each waiting task stands is true each second and what did not change is not written again.
-- Whoever knows nothing of these tables goes on with what was written: it is valid, if some seconds old.

-- The standings that the changes are of: of others they say nothing.
create unlogged table standing_lineup (
  one boolean primary key default true check (one),
  id uuid not null,
  at timestamptz not null default now()
);
-- Positions of a line that were left, positions of those that came, both in order, and what the first of it waits for.
create unlogged table standing_line (line int primary key, gone float8[] not null, came float8[] not null, first text not null);
-- Tasks of a build that came.
create unlogged table standing_came (build_id uuid primary key, workspace_id uuid not null, body json not null);
create index standing_came_workspace on standing_came (workspace_id);
create index standing_at on standing (at);
