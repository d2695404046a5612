-- What the program of the controller that led last knew: kinds of tasks with their versions, and the newest part of the schema. Null before one said so.
alter table leadership add column led_by jsonb;
