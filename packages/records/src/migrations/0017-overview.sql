-- Who looks back at a build reads a stretch of time of what only grows; such an index costs writers next to nothing.
create index spend_entry_time on spend_entry using brin (created_at) with (autosummarize = on);
create index attempt_time on attempt using brin (started_at) with (autosummarize = on);

-- What the task waited for when it was given last; empty where it began at once.
alter table attempt add column waited_for text not null default '';

-- The size of pools as the one that leads decided last.
create unlogged table pool_state (name text primary key, body json not null, at timestamptz not null default now());
