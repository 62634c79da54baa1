-- 催促: what the office reminded partners of, and what partners remind it of. Times are milliseconds since 1970 in UTC.

-- One a day for each partner, month and kind. A row is written together with that of `sent`.
create table reminder_sent (
    month        integer not null,                      -- サービス提供年月 as YYYYMM
    partner      text not null,                         -- 事業所番号
    kind         text not null,                         -- plan_missing, plan_unread, actuals_missing
    day          text not null,                         -- in Japan, YYYYMMDD
    transmission text not null,                         -- the letter
    at           integer not null,
    primary key (month, partner, kind, day)
) strict, without rowid;

-- A row is written together with the verified letter. What was answered by sending is not written down: what was sent tells it.
create table reminder_received (
    transmission text primary key not null,             -- the letter
    partner      text not null,
    kind         text not null,
    month        integer not null,
    at           integer not null,                      -- when the platform accepted it
    done_at      integer,                               -- when somebody said that it is settled
    done_by      text                                   -- who
) strict, without rowid;
create index reminder_open on reminder_received (partner, month, kind, at) where done_at is null;
