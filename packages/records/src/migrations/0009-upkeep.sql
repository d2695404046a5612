-- What is done now and then, and when it was done last, whoever did it.
create table upkeep (
  name text primary key,
  done_at timestamptz not null default now()
);
