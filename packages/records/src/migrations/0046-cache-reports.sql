-- How often the cache of a runner had what it wanted, as it told last; by a heartbeat to whichever gateway.
alter table runner add column cache json;
