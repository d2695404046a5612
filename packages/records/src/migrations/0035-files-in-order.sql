-- By a runner's own count the heartbeat that told of files last; one that was overtaken on its way changes nothing any more.
alter table runner add column files_beat bigint not null default 0;
