-- Who stands on invoices and receipts: as it was when they were issued. Those of before have no row; they show what holds today.

create table document_party (
    charge        text    not null references charge (id),
    kind          text    not null,             -- invoice | receipt
    to_name       text    not null,             -- 事業所名
    to_address    text    not null,             -- 所在地
    issuer_name   text    not null,
    issuer_address text   not null,             -- empty when it was not configured
    registration_number text,                   -- 登録番号; null without one
    bank_account  text,                         -- where an invoice is paid to; null when it was not configured
    issued_at     bigint  not null,             -- ms
    primary key (charge, kind)
);
