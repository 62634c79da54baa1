-- アドレス帳: the offices this office deals with. What the directory says and what the office wrote down itself stand in different columns.

create table partner (
    office        text primary key not null,        -- 事業所番号
    name          text not null default '',         -- as the directory says; until it answered, as the office's own list says
    kana          text not null default '',
    address       text not null default '',
    service_types text not null default '',         -- separated by spaces
    standing      text not null default 'not_asked', -- not_asked, joined, not_joined, absent (not in the directory)
    asked_at      integer,                          -- when the directory answered last
    is_listed     integer not null default 0,       -- 1: put in by hand or with the office's own list
    is_exchanged  integer not null default 0,       -- 1: something was sent to it or came from it
    note          text not null default '',
    preferred     text                              -- the service type that is written to
) strict;
create index partner_by_asking on partner (asked_at, office);
