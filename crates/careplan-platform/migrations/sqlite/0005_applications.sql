-- 利用申請: applications, agreements to the terms of use, what is to happen at the end of a term, and charges.

create table application (
    office        text    not null primary key references office (number),
    years         integer not null,             -- 1 to 3
    terms_version integer not null,             -- 利用規約の版 that is being read
    read_to       integer not null,             -- pages of it that were opened, in their order
    begun_at      integer not null              -- ms
) strict;

create table agreement (
    id            blob    not null primary key, -- UUIDv7
    office        text    not null references office (number),
    user_id       text    not null,             -- who agreed
    terms_version integer not null,             -- to which 版
    agreed_at     integer not null              -- ms
) strict;
create index agreement_office on agreement (office, agreed_at);

create table licence_plan (
    office        text    not null primary key references office (number),
    plan          text    not null,             -- automatic | by_hand | cancel
    years         integer not null,             -- of the next term, when automatic
    method        text    not null,             -- deduction | invoice
    changed_at    integer not null              -- ms
) strict;

create table charge (
    id            text    not null primary key, -- 請求番号: office, first day of the term, how often
    office        text    not null references office (number),
    term          blob    not null unique references licence_term (id), -- no term is charged twice
    years         integer not null,
    amount        integer not null,             -- yen, tax included
    tax_percent   integer not null,             -- of the tax in it
    pass          text,                         -- the campaign that made it free
    method        text    not null,             -- deduction | invoice
    charged_at    integer not null              -- ms
) strict;
create index charge_office on charge (office, charged_at);
