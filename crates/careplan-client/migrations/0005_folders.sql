-- The folders that are shared with the care software: what was taken from the export folder, and what was put into the import folder.

-- Sets of files that were taken. Their files lie in the export folder, below `.taken-by-<terminal>/<id>`, until they are answered.
create table taken_set (
    id           text primary key not null,     -- UUIDv7; also the dispatch under which it is sent
    batch        text,                          -- UUIDv7 of the draft it is handed to; null when it is sent without being looked at
    root         text not null,                 -- the export folder
    name         text not null,                 -- serial and receiver: what its folder is called when it is answered
    files        integer not null,
    taken_at     integer not null,
    state        text not null,                 -- taken, handed, sealed, sent, failed, gone
    state_at     integer not null,
    transmission text,                          -- once it is sealed
    note         text,                          -- what is told to the office when it failed
    place        text,                          -- where it is answered, below the export folder; chosen before the files are moved
    answered_at  integer                        -- since when its files lie there
) strict;
create index taken_set_unanswered on taken_set (taken_at, id) where answered_at is null;
create index taken_set_by_time on taken_set (taken_at, id);

-- What was put into the import folder, until care software took it.
create table placed_unit (
    transmission text primary key not null,
    root         text not null,                 -- the import folder
    place        text not null,                 -- below the import folder; empty for the import folder itself
    names        text not null,                 -- of its files: a JSON array
    note         text,                          -- file name of a note that was put beside it, below the import folder
    state        text not null,                 -- placing, placed, gone, done
    state_at     integer not null
) strict;
create index placed_unit_open on placed_unit (state) where state <> 'done';
create index received_by_state_at on received (state, state_at);
