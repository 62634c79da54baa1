-- お知らせ: what the operations centre tells all offices. A withdrawn notice is removed; the cursor is the setting `cursor_notices`.

create table notice (
    number       integer primary key not null, -- names it at the platform
    category     text not null,                -- maintenance, incident, release, procedure, other
    title        text not null,
    body         text not null,
    published_at integer not null,
    changed_at   integer not null
) strict;
