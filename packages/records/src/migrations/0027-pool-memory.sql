-- What a service says of a machine: why it does not give it, and when it takes it away; null where it says neither.
alter table pool_machine add column refused text, add column ends_at timestamptz;
-- What machines of a pool showed, for when none of them is there: what the newest offered and which runner that was, how long they took to come, and
-- when the pool fell short last of what was asked of it, null where a machine came after that. `spec` is how the pool gets its machines: of another way nothing is known.
create table pool_memory (
  name text primary key,
  spec text not null,
  runner_id uuid,
  offer json,
  offered_at timestamptz,
  start_ms double precision,
  short_at timestamptz
);
