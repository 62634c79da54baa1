-- 料金: the ledger, who pays, the monthly runs, and bank entries that found no charge.

create table ledger_entry (
    seq           bigint  not null primary key, -- order of recording
    source        text    not null unique,      -- 出所, unique over all offices: what counted once does not count again
    office        text    not null references office (number),
    charge        text    not null references charge (id),
    happened_on   text    not null,             -- day in Japan, YYYY-MM-DD
    event         text    not null,             -- charged | shortened | deduction_requested | deducted | deduction_failed | invoiced | reminded | licence_ended | paid | refunded | waived | written_off
    amount        bigint,                       -- yen; null where the event has none
    month         bigint,                       -- YYYYMM of a deduction; null for others
    day           text,                         -- YYYY-MM-DD: the new end of a term, the due day of an invoice; null for others
    reason        text,                         -- two digits: why nothing was deducted; null for others
    note          text,                         -- an operator's words for it; null for others
    recorded_at   bigint  not null              -- ms
);
create index ledger_entry_office on ledger_entry (office, seq);
create index ledger_entry_event on ledger_entry (event, month);

create table payer (
    office        text    not null primary key references office (number),
    account       text    unique,               -- 振込専用口座, ten digits; null without one
    name          text,                         -- 振込名義 as it was typed; null for the name in kana
    changed_at    bigint  not null              -- ms
);

create table billing_run (
    id            bytea   not null primary key, -- UUIDv7
    month         bigint  not null,             -- YYYYMM
    run_on        text    not null,             -- day in Japan, YYYY-MM-DD
    entries       bigint  not null,             -- what it added to the ledger
    operator      text    not null,             -- who ran it
    run_at        bigint  not null              -- ms
);

-- Payments that came in and found no charge yet; gone when they did.
create table bank_entry (
    number        bigint  not null primary key, -- what operators call it
    identity      text    not null unique,      -- BankEntry::identity; holds the payer's name
    booked_on     text    not null,             -- 勘定日, YYYY-MM-DD
    valued_on     text    not null,             -- 預入・払出日, YYYY-MM-DD
    kind          bigint,                       -- 取引区分; null when left out
    amount        bigint  not null,             -- yen
    remitter      text,                         -- 振込依頼人コード; null without one
    payer         text    not null,             -- 振込依頼人名
    from_bank     text    not null,             -- 仕向銀行名
    from_branch   text    not null,             -- 仕向店名
    told          text    not null,             -- why it was not matched, last
    imported_at   bigint  not null              -- ms
);
