-- The local API: applications with their tokens, what each of them sent by which key, and what happened, in an order that they can follow.
-- Times are milliseconds since 1970 in UTC.

create table api_application (
    n            integer primary key not null,
    name         text not null,
    token_sha256 text not null unique,
    made_at      integer not null,
    last_used_at integer,                       -- to the minute
    revoked_at   integer
) strict;
-- A name stands for one token at a time; after it was revoked, the next may have it.
create unique index api_application_by_name on api_application (name) where revoked_at is null;

create table api_send (
    application    text not null,               -- its name: with a new token it goes on with its keys
    key            text not null,               -- as the application chose it
    content_sha256 text not null,               -- over all that was asked
    dispatch       text not null,               -- UUIDv7 of the action; the same however often it is asked for
    begun_at       integer not null,
    answer         text,                        -- JSON; null until it was answered for the first time
    primary key (application, key)
) strict, without rowid;
create index api_send_by_time on api_send (begun_at);

-- Every change of state. Triggers write it, so that a change and its event are stored together whoever makes the change.
create table api_event (
    seq          integer primary key autoincrement not null,    -- never used again
    at           integer not null,
    direction    text not null,                 -- sent, received
    transmission text not null,
    state        text not null
) strict;

create trigger api_event_of_new_sent after insert on sent begin
    insert into api_event (at, direction, transmission, state) values (new.state_at, 'sent', new.id, new.state);
end;
create trigger api_event_of_sent after update of state on sent when new.state <> old.state begin
    insert into api_event (at, direction, transmission, state) values (new.state_at, 'sent', new.id, new.state);
end;
create trigger api_event_of_new_received after insert on received begin
    insert into api_event (at, direction, transmission, state) values (new.state_at, 'received', new.id, new.state);
end;
create trigger api_event_of_received after update of state on received when new.state <> old.state begin
    insert into api_event (at, direction, transmission, state) values (new.state_at, 'received', new.id, new.state);
end;
-- EVENTS_KEPT of the room: a month end of the largest office, several times over.
create trigger api_event_kept after insert on api_event begin
    delete from api_event where seq <= new.seq - 50000;
end;

-- What waits for the care software, in the order in which it is to be imported.
create index received_to_import on received (coalesce(serial, ''), id) where state = 'acknowledged';
