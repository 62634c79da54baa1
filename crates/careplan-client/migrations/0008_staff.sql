-- The second factor of people, and how far the record of operations goes.

-- 2段階認証: asked for from its first right code on.
create table second_factor (
    staff        integer primary key not null references staff (id),
    secret       blob not null,                 -- shared with the app (RFC 6238)
    confirmed_at integer,                       -- when a first code was right; null until then
    last_step    integer not null default 0,    -- the newest step whose code was used: each opens once
    failures     integer not null default 0,    -- wrong codes in a row
    locked_until integer
) strict;

-- 1 once a code was right in this session.
alter table session add column is_proven integer not null default 0;

-- The end of the record, in one row: without it lines that were cut off at the end would be missed by nobody.
create table operation_head (
    only integer primary key not null check (only = 1),
    seq  integer not null,                      -- the newest line; 0 before the first
    hash text not null                          -- its hash; empty before the first
) strict;
insert into operation_head (only, seq, hash)
    select 1, coalesce(max(seq), 0), coalesce((select hash from operation order by seq desc limit 1), '')
    from operation;
