-- 取下げ that somebody asked for and the platform has not answered yet. It is asked again until it says yes or no; what waits to be sent is not
-- sent in the meantime.

create table withdrawal (
    transmission text primary key not null,
    actor        text not null,
    asked_at     integer not null,
    tries        integer not null default 0,
    next_try_at  integer not null default 0
) strict;
