-- History: what was sent and received as lists that a person can search, copies of the files, and
-- who is in what. Times are milliseconds since 1970 in UTC.

alter table sent add column copy text;                  -- folder of the copy below `sent`; null when there is none (any more)
alter table sent add column persons_known integer not null default 0;   -- 0 not looked yet, 1 looked, 2 there is nothing to look at
alter table sent add column persons_sha256 text;        -- over the numbers of the persons in it; null when none is known

alter table received add column copy text;              -- folder of the copy below `kept`
alter table received add column persons_known integer not null default 0;
alter table received add column persons_sha256 text;
alter table received add column seen_at integer;        -- when somebody at the office first read it

-- Everybody who was ever in a transmission, by what the forms said: a new spelling is a new row.
create table person (
    n       integer primary key not null,
    insurer text not null,                              -- 保険者番号
    insured text not null,                              -- 被保険者番号
    name    text not null,
    kana    text not null,
    search  text not null,                              -- name, kana and number, folded for searching
    unique (insurer, insured, name, kana)
) strict;

create table person_in (
    direction    text not null,                         -- sent, received
    transmission text not null,
    person       integer not null references person (n),
    at           integer not null,                      -- of the transmission: created_at or accepted_at
    primary key (direction, transmission, person)
) strict, without rowid;
create index person_in_by_person on person_in (person, direction, at, transmission);

-- Who read what was received, and when first.
create table seen (
    transmission text not null,
    who          text not null,                         -- account of the staff
    at           integer not null,
    primary key (transmission, who)
) strict, without rowid;

-- What the staff wrote down about a transmission. Lines are added, never changed.
create table note (
    n            integer primary key not null,
    direction    text not null,
    transmission text not null,
    who          text not null,
    at           integer not null,
    text         text not null
) strict;
create index note_by_transmission on note (direction, transmission, n);

-- Pages are walked newest first; what filters ask for lies in the index, so that rows are read only
-- when they are shown. Partners are filtered by office number.
create index sent_by_time on sent (created_at, id, receiver, unit, month, state);
create index sent_by_partner on sent (substr(receiver, 1, 10), created_at, id, receiver, unit, month, state);
create index sent_by_month on sent (month, created_at, id, receiver, unit, state);
create index sent_by_persons on sent (sender, receiver, unit, month, persons_sha256, created_at, id);
create index sent_with_copy on sent (created_at, id) where copy is not null;
create index received_by_time on received (accepted_at, id, sender, unit, month, state);
create index received_by_partner on received (substr(sender, 1, 10), accepted_at, id, sender, unit, month, state);
create index received_by_month on received (month, accepted_at, id, sender, unit, state);
create index received_by_persons on received (sender, receiver, unit, month, persons_sha256, accepted_at, id);
create index received_with_copy on received (accepted_at, id) where copy is not null;
create index received_unread on received (accepted_at, id, sender, unit, month, state) where seen_at is null;
create index received_to_look_at on received (id) where persons_known = 0 and folder is not null;
create index receipt_by_kind on receipt (kind, at, transmission);
