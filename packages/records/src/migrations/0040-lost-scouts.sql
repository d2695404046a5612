-- How many scouts of the pool were asked for one after another, since those before were lost while they fetched.
alter table pool_memory add column scouts integer not null default 0;
