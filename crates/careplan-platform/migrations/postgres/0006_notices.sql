-- Notices (お知らせ) of the operations centre, for the web site and for clients.

create table notice (
    number        bigint  not null primary key, -- 1, 2, …; names it in addresses, and never changes
    seq           bigint  not null unique,      -- grows with each change of any notice: clients ask for what came after
    category      text    not null,             -- maintenance | incident | release | procedure | other
    title         text    not null,             -- one line
    body          text    not null,             -- plain text, a blank line between paragraphs
    published_at  bigint  not null,             -- ms
    changed_at    bigint  not null,             -- ms; equal to published_at until it is edited
    withdrawn_at  bigint                        -- ms; null while it is shown
);
