-- What a build waits for before anything of it is made: pools that are to bring it, and a sentence for people; null where it waits for nothing of that.
alter table build add column awaits json;
-- When a scout of the pool was asked for last: one machine that is to show what those of the pool can do.
alter table pool_memory add column scout_at timestamptz;
