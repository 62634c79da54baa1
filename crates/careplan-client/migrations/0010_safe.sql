-- What keeps the office's data safe: its backups. Where they go and the public half of the recovery key stand in `setting`.

-- The last runs, by hand or by themselves; a row without an end is one that goes on, or was cut off.
create table backup_run (
    n          integer primary key autoincrement not null,
    began_at   integer not null,            -- milliseconds since 1970 in UTC
    ended_at   integer,
    folder     text not null,
    name       text not null,               -- of the file
    bytes      integer,                     -- of the file; null unless it was written and read again
    fault_code text,                        -- why there is none
    fault_text text
) strict;
create index backup_run_good on backup_run (began_at) where bytes is not null;
