-- Kinds of tasks that a pool is for; all where that is null.
alter table pool_memory add column kinds text[];
