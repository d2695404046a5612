alter table attempt
  -- Nobody wants it any more, and its runner has not said yet that it stopped: so long, at most, its place is taken.
  add column stopping_until timestamptz,
  -- Its runner is to hand it back at its next border, for what.
  add column asked_back text,
  -- Attempts that run as one.
  add column batch uuid;
create index attempt_stopping on attempt (runner_id) where stopping_until is not null;
-- What an attempt that was handed back at a border left for the next.
alter table task add column resume json;

-- Times that the leader found, by what they are of: means of so many attempts, in milliseconds.
create table learned_time (
  name text primary key,
  ms double precision not null,
  count int not null,
  at timestamptz not null default now()
);

-- Models that a runner's engines hold now, as it said last.
alter table runner add column held json not null default '[]';
create trigger runner_held after update of held on runner for each row
  when (old.held::text is distinct from new.held::text)
  execute function post_runner();

-- Files that lie in the caches of runners, as they said last: a hint that may be wrong.
create unlogged table runner_file (
  digest text not null,
  runner_id uuid not null,
  primary key (digest, runner_id)
);
create index runner_file_runner on runner_file (runner_id);
