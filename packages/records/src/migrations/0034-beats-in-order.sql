-- By a runner's own count the heartbeats that told what it holds and what is free; one that was overtaken on its way changes nothing any more.
alter table runner add column held_beat bigint not null default 0, add column free_beat bigint not null default 0;
