-- The state of one terminal. Times are milliseconds since 1970 in UTC; ids and digests are text,
-- so that the file can be read with any SQLite tool when something must be found out.

create table setting (
    name  text primary key not null,
    value text not null
) strict;

-- Signed documents that are kept whole: the trust list.
create table document (
    name      text primary key not null,
    signed    blob not null,
    issued_at integer not null                  -- as the signer says; an older one is never taken
) strict;

-- What this terminal sends.
create table sent (
    id             text primary key not null,   -- UUIDv7, chosen here
    dispatch       text not null,               -- UUIDv7 of the action that made it
    sender         text not null,               -- address
    receiver       text not null,               -- address
    unit           text not null,
    month          integer,                     -- YYYYMM
    serial         text,                        -- 14 digits of the standard
    files          integer not null,
    sealed_bytes   integer not null,
    sealed_sha256  text not null,
    content_sha256 text not null,               -- over names and contents: tells the same unit again
    replaces       text,                        -- id of the transmission that this one corrects
    manifest       blob not null,               -- signed
    created_at     integer not null,
    state          text not null,               -- prepared, rejected, or a state of the platform
    state_at       integer not null,
    tries          integer not null default 0,
    next_try_at    integer not null default 0,
    fault_code     text,                        -- why it does not go on
    fault_text     text                         -- the same for a person; quotes no content
) strict;
create index sent_by_state on sent (state, next_try_at, id);
create index sent_by_content on sent (sender, receiver, content_sha256);
create index sent_by_dispatch on sent (dispatch);

-- What came for this office.
create table received (
    id             text primary key not null,
    seq            integer not null,            -- place in the platform's inbox
    sender         text not null,
    receiver       text not null,
    unit           text not null,
    month          integer,
    serial         text,                        -- known once the letter is open
    files          integer not null,
    sealed_bytes   integer not null,
    sealed_sha256  text not null,
    replaces       text,
    accepted_at    integer not null,
    deadline       integer not null,
    state          text not null,
    state_at       integer not null,
    tries          integer not null default 0,
    next_try_at    integer not null default 0,
    fault_code     text,
    fault_text     text,
    manifest       blob,                        -- signed; once the letter was verified
    folder         text,                        -- below the inbox folder; once the files are there
    findings       integer not null default 0   -- what the check of the standard had to say
) strict;
create index received_by_state on received (state, next_try_at, serial, seq);

-- Sealed letters: on their way out until accepted, on their way in until their files are written.
create table letter (
    id     text not null,
    box    text not null,                       -- sent, received
    sealed blob not null,
    primary key (id, box)
) strict;

-- Proof: every receipt that was verified, and those of our own.
create table receipt (
    transmission text not null,
    kind         text not null,
    signed       blob not null,
    at           integer not null,
    primary key (transmission, kind)
) strict;

-- The newest announcement seen of each terminal: a sender never goes back to an older one.
create table announcement (
    office    text not null,
    terminal  text not null,
    issued_at integer not null,
    primary key (office, terminal)
) strict;

-- News about what was sent, until its receipt is verified.
create table news (
    seq          integer primary key not null,
    transmission text not null,
    state        text not null,
    at           integer not null,
    tries        integer not null default 0,
    next_try_at  integer not null default 0
) strict;
