-- What lies on the desk: files that were brought to be sent. The files are in the folder `drafts`; a row says what they are.

create table draft (
    id         text primary key not null,       -- UUIDv7
    made_at    integer not null,
    made_by    text not null,                   -- who brought it: a member of staff, a folder, an application
    state      text not null,                   -- open, sent, dropped
    changed_at integer not null,
    sender     text,                            -- of documents beside the standard: address
    receiver   text,
    month      integer                          -- YYYYMM
) strict;
create index draft_by_state on draft (state, made_at);

-- What became of it.
create table draft_sent (
    draft        text not null references draft (id),
    transmission text not null references sent (id),
    primary key (draft, transmission)
) strict;
