-- Where the tasks of a build must run; null is anywhere.
alter table build add column region text, add column pool text;
