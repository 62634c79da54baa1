-- 取下げ that somebody asked for: until the platform says yes it stands here. What waits to be sent is not sent meanwhile.

create table withdrawal (
    transmission text primary key not null,
    actor        text not null,
    asked_at     integer not null,
    tries        integer not null default 0,
    next_try_at  integer not null default 0,
    refused_text text                           -- why the platform said no; then nobody asks again by itself
) strict;
