-- What somebody told the desk to send and the platform has not answered yet. It is sent by itself when the line is back: once, in the name of
-- who asked, until nothing in the draft waits for the line.

create table waiting_draft (
    draft       text primary key not null references draft (id),
    actor       text not null,               -- who asked
    corrections integer not null,            -- 1: also what corrects something of the same serial
    asked_at    integer not null,            -- milliseconds since 1970 in UTC
    tries       integer not null default 0,  -- that failed for the line; 0 while it is sent for the first time, or was cut off in that
    next_try_at integer not null,
    left_text   text                         -- it waits no more: what did not go by itself, in sentences for people
) strict;
create index waiting_draft_due on waiting_draft (next_try_at) where left_text is null;
