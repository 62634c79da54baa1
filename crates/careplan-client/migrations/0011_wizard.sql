-- The first start: how far it came, so that a closed browser goes on at the same step.

-- How the last trial of each step went.
create table wizard_step (
    step  text primary key not null,     -- connection, platform, clock, account, application, certificate, folders, staff, recovery, practice, finish
    state text not null,                 -- passed, failed, skipped
    said  text not null,                 -- what was found, for a person; no secrets
    todo  text not null,                 -- what to do about it, a line each; empty unless failed
    at    integer not null
) strict;

-- What was typed and will be needed again; passwords never.
create table wizard_answer (
    name  text primary key not null,     -- platform, fingerprint, user_id, site; practice_…: what the first exchange is made of
    value text not null
) strict;
