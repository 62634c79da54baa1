-- Log-in on the web site: sessions, second factor, one-time links, requests to operators; mails.

-- What an office does with its account itself.
alter table account add column letter_hash text;          -- Argon2id of the last temporary password: never to be chosen again
alter table account add column password_changed_at bigint; -- ms; when the office chose its own; null before
alter table account add column mail text;                 -- セキュリティ用メールアドレス, confirmed by a link; null without one
alter table account add column mail_folded text;          -- the same in small letters, to be looked up by
alter table account add column mail_confirmed_at bigint; -- ms
create index account_mail on account (mail_folded) where mail_folded is not null;

create table session (
    id            bytea   not null primary key, -- UUIDv7; names it in lists, and opens nothing
    token_hash    bytea   not null unique,      -- SHA-256 of the token in the cookie
    user_id       text    not null references account (user_id),
    stage         text    not null,             -- password_temporary | second_factor_due | full
    opened_at     bigint  not null,             -- ms
    seen_at       bigint  not null,             -- ms; written at most once a minute
    ends_at       bigint  not null,             -- ms; the absolute end
    browser       text    not null,             -- in a few words, from User-Agent
    address       text    not null              -- network address it was opened from
);
create index session_account on session (user_id, opened_at);
create index session_ends on session (ends_at);

create table second_factor (
    user_id       text    not null primary key references account (user_id),
    secret        bytea   not null,             -- shared with the authenticator app (RFC 6238)
    confirmed_at  bigint,                       -- ms; null until a first code was right
    last_step     bigint  not null,             -- the newest 30 seconds whose code was used; no older one is taken
    failures      bigint  not null,             -- wrong codes in a row
    locked_until  bigint                        -- ms; null when not locked
);

create table recovery_code (
    user_id       text    not null references account (user_id),
    hash          bytea   not null,             -- SHA-256 of the code
    used_at       bigint,                       -- ms; each is good for one log-in
    primary key (user_id, hash)
);

-- One-time links that travel by mail.
create table login_link (
    id            bytea   not null primary key, -- UUIDv7
    token_hash    bytea   not null unique,      -- SHA-256 of the token in the link
    office        text    not null references office (number),
    purpose       text    not null,             -- confirm_mail | reset_password | remind_user_id | invite_office
    mail          text    not null,             -- the address it went to
    made_at       bigint  not null,             -- ms
    expires_at    bigint  not null,             -- ms
    used_at       bigint,                       -- ms
    replaced_at   bigint                        -- ms; another link of the same purpose was used, or the password changed
);
create index login_link_office on login_link (office, purpose, made_at);
create index login_link_expires on login_link (expires_at);

-- An office that cannot help itself asks for a new letter.
create table letter_request (
    id            bytea   not null primary key, -- UUIDv7
    office        text    not null references office (number),
    reason        text    not null,             -- password_lost | letter_lost | second_factor_lost
    phone         text,                         -- where the office can be called back
    asked_at      bigint  not null,             -- ms
    state         text    not null,             -- open | approved | refused
    decided_at    bigint,                       -- ms
    decided_by    text                          -- the operator
);
create unique index letter_request_open on letter_request (office) where state = 'open';
create index letter_request_asked on letter_request (state, asked_at);

-- Mails that wait: put down in the transaction of what they tell, and gone when they ended.
create table mail (
    id            bytea   not null primary key, -- UUIDv7; also its Message-ID
    recipient     text    not null,             -- address
    kind          text    not null,             -- the template
    subject       text    not null,
    body          text    not null,             -- plain text; may hold a one-time link
    useless_at    bigint,                       -- ms; not sent any more from then on; null for never
    queued_at     bigint  not null              -- ms
);
