-- Rows that change in place need no cleaning after every twentieth of a table, and what is known of their columns does not change with them.
alter table task set (autovacuum_vacuum_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.2);
alter table build_task set (autovacuum_analyze_scale_factor = 0.2);
-- A lease is renewed often: there is room for its next form beside it.
alter table attempt set (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.2);
