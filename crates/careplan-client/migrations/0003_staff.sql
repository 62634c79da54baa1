-- The people of the office, their sessions at the screens, and what they did.

create table staff (
    id            integer primary key not null,
    login         text not null unique,         -- what is typed: half width, small letters
    name          text not null,                -- 職員名
    role          text not null,                -- manager, member
    is_away       integer not null default 0,   -- 1 for who left: nobody is deleted, their work stays theirs
    password_hash text not null,                -- Argon2id, PHC string
    is_temporary  integer not null,             -- 1 until they chose their own
    failures      integer not null default 0,
    locked_until  integer,
    added_at      integer not null,
    last_login_at integer
) strict;

create table session (
    digest     text primary key not null,       -- SHA-256 of the token
    staff      integer not null references staff (id),
    agent      text not null,                   -- the browser, as people call it
    started_at integer not null,
    seen_at    integer not null
) strict;
create index session_of_staff on session (staff, seen_at);

-- 操作記録: each line holds the hash of the one before.
create table operation (
    seq      integer primary key not null,
    at       integer not null,
    actor    text not null,                     -- a login, or "このパソコン" for the command line
    action   text not null,
    subject  text not null,
    detail   text not null,                     -- JSON; no names of users, no secrets
    previous text not null,
    hash     text not null
) strict;
