-- Machines of pools. A row is there before the machine is asked for and until it is surely gone: whoever leads next knows of every one.
create table pool_machine (
  id text primary key,
  pool text not null,
  state text not null default 'wanted' check (state in ('wanted', 'stopping')),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
-- Tells the machines of this installation from others that the same service holds.
create table installation (one boolean primary key default true check (one), id text not null);
insert into installation (id) values (substr(md5(random()::text || clock_timestamp()::text), 1, 8));
