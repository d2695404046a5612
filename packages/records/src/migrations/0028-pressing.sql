-- When somebody changed how pressing a build is: plans that were being written then look again who wants their tasks.
alter table build add column pressed_at timestamptz;
