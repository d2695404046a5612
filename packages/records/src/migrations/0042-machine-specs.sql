-- How the pool got its machines when this one was asked for; null where that was not noted.
alter table pool_machine add column spec text;
update pool_machine m set spec = p.spec from pool_memory p where p.name = m.pool;
