-- Tries that failed: whose runner it was, when, how far it was, beside how many others, and what was said.
alter table task add column failures jsonb not null default '[]';
-- What else a runner was lost with.
create index attempt_lost on attempt (runner_id) where outcome = 'lost';
-- Runners that fail one task after another, by their names: until when they are given nothing, as whoever grants said last.
create table runner_rest (
  name text primary key,
  failures int not null,
  rest_ms double precision not null,
  until timestamptz not null
);
