-- The exchange: offices, licences, accounts, certificates, transmissions, audit.
--
-- Portable types only: BYTEA ids (UUIDv7, 16 bytes) and digests, BIGINT milliseconds UTC,
-- TEXT names. The SQLite file says the same with BLOB and INTEGER; a test compares them.

-- 事業所 --------------------------------------------------------------------------------------
create table office (
    number        text    not null primary key, -- 事業所番号, ten digits
    name          text    not null,             -- 事業所名
    kana          text    not null,             -- フリガナ
    prefecture    text    not null,             -- two digits
    address       text    not null,             -- 所在地
    status        text    not null,             -- active | suspended
    registered_at bigint  not null              -- ms
);

create table office_service (
    office        text not null references office (number),
    service_type  text not null,                -- サービス種類コード
    primary key (office, service_type)
);

create table licence_term (
    id            bytea   not null primary key, -- UUIDv7
    office        text    not null references office (number),
    starts_at     bigint  not null,             -- ms, belongs to the term
    ends_at       bigint  not null,             -- ms, does not belong to it; may be brought forward
    granted_at    bigint  not null              -- ms
);
create index licence_term_office on licence_term (office);

-- Log-in: user ID and password; the issue password that obtains a certificate -----------------
create table account (
    user_id               text    not null primary key, -- KJ + prefecture + office number
    office                text    not null unique references office (number),
    password_hash         text    not null,             -- Argon2id, PHC string
    password_is_temporary bigint  not null,             -- 1 until the office chose its own
    failures              bigint  not null,             -- wrong tries in a row
    locked_until          bigint,                      -- ms; null when not locked
    created_at            bigint  not null
);

create table issue_password (
    id            bytea   not null primary key, -- UUIDv7
    office        text    not null references office (number),
    hash          text    not null,             -- Argon2id, PHC string
    created_at    bigint  not null,
    expires_at    bigint  not null,             -- ms
    used_at       bigint,                      -- ms; a certificate was obtained with it
    replaced_at   bigint,                      -- ms; a newer one was issued
    failures      bigint  not null,             -- wrong tries in a row
    locked_until  bigint                        -- ms; null when not locked
);
create index issue_password_office on issue_password (office);

-- Certificates: order (prepare → record → sign → verify → record) and what was issued ---------
create table certificate_order (
    id            bytea   not null primary key, -- UUIDv7
    profile       text    not null,             -- name of the certificate profile
    office        text    references office (number), -- null for the platform's own
    public_key    bytea   not null,             -- SubjectPublicKeyInfo of the request
    detail        text    not null,             -- JSON: what the profile needs besides (DNS names, issue password id)
    state         text    not null,             -- waiting | signed | failed
    serial        text,                         -- hexadecimal; recorded before anything is signed
    intended      bytea,                         -- the to-be-signed certificate, recorded before signing
    certificate   bytea,                         -- DER, after it was verified
    failure       text,                         -- why not, for operators
    lease_until   bigint,                      -- ms; an authority is working on it
    created_at    bigint  not null,
    changed_at    bigint  not null
);
create index certificate_order_state on certificate_order (state, created_at);

create table certificate (
    serial        text    not null primary key, -- hexadecimal
    fingerprint   bytea   not null unique,      -- SHA-256 of the DER
    profile       text    not null,
    office        text    references office (number),
    der           bytea   not null,
    not_before    bigint  not null,             -- ms
    not_after     bigint  not null,             -- ms
    issued_at     bigint  not null,             -- ms
    revoked_at    bigint,                      -- ms
    reason        text                          -- why revoked
);
create index certificate_office on certificate (office);

create table revocation_list (
    number        bigint  not null primary key, -- CRL number
    der           bytea   not null,
    this_update   bigint  not null,             -- ms
    next_update   bigint  not null              -- ms
);

-- 端末 ----------------------------------------------------------------------------------------
create table terminal (
    office        text    not null references office (number),
    id            bytea   not null,             -- UUID, chosen by the terminal
    announcement  bytea   not null,             -- CMS SignedData
    fingerprint   bytea   not null,             -- of the certificate that signed it
    issued_at     bigint  not null,             -- ms, in the announcement
    expires_at    bigint  not null,             -- ms, in the announcement
    published_at  bigint  not null,             -- ms
    retired_at    bigint,                      -- ms
    primary key (office, id)
);

-- 送信 ----------------------------------------------------------------------------------------
-- One counter per office numbers its inbox, its sent list and its news, in the order of commits.
create table mailbox (
    office        text    not null primary key references office (number),
    last_seq      bigint  not null
);

create table transmission (
    id            bytea   not null primary key, -- UUIDv7, chosen by the sender's client
    from_office   text    not null references office (number),
    from_type     text    not null,
    to_office     text    not null references office (number),
    to_type       text    not null,
    unit          text    not null,             -- K1 … DOC
    month         bigint,                      -- YYYYMM
    files         bigint  not null,
    sealed_bytes  bigint  not null,
    sealed_digest bytea   not null,             -- SHA-256 of the sealed letter
    replaces      bytea,                         -- transmission id
    fingerprint   bytea   not null,             -- of the certificate it was sent with
    accepted_at   bigint  not null,             -- ms
    deadline      bigint  not null,             -- ms; expires then unless acknowledged
    state         text    not null,             -- the newest event
    state_at      bigint  not null,             -- ms
    inbox_seq     bigint  not null,             -- place in the receiver's inbox
    sent_seq      bigint  not null,             -- place in the sender's list
    shelf         text    not null,             -- row (in table letter) | blob | gone
    bytes_until   bigint                        -- ms; when the bytes may be dropped; null while it waits
);
create unique index transmission_inbox on transmission (to_office, inbox_seq);
create index transmission_waiting on transmission (to_office, inbox_seq) where state in ('accepted', 'fetched');
create unique index transmission_sent on transmission (from_office, sent_seq);
create index transmission_deadline on transmission (deadline) where state in ('accepted', 'fetched');
create index transmission_bytes on transmission (bytes_until) where bytes_until is not null and shelf <> 'gone';
create index transmission_accepted on transmission (accepted_at);

create table letter (
    transmission  bytea   not null primary key references transmission (id),
    sealed        bytea   not null              -- the sealed letter, when it is small
);

create table transmission_event (
    transmission  bytea   not null references transmission (id),
    state         text    not null,
    at            bigint  not null,             -- ms
    office        text    not null,             -- whose news it is: the other party
    seq           bigint  not null,             -- place in that office's news
    primary key (transmission, state)
);
create unique index transmission_event_news on transmission_event (office, seq);

create table receipt (
    transmission  bytea   not null references transmission (id),
    kind          text    not null,             -- accepted … imported
    signed        bytea   not null,             -- CMS SignedData, first version, never changed
    at            bigint  not null,             -- ms
    primary key (transmission, kind)
);

-- Letters that arrive in parts over slow lines -------------------------------------------------
create table upload (
    transmission  bytea   not null,
    office        text    not null references office (number),
    bytes         bigint  not null,             -- how many are held, from the start
    created_at    bigint  not null,
    changed_at    bigint  not null,             -- ms; forgotten when it stands still
    primary key (transmission, office)
);

create table upload_part (
    transmission  bytea   not null,
    office        text    not null,
    start         bigint  not null,             -- offset of the first byte
    bytes         bytea   not null,
    primary key (transmission, office, start),
    foreign key (transmission, office) references upload (transmission, office)
);

-- Audit: append-only, hash-chained, written in the transaction of what it tells -----------------
-- The head is locked first by every writing transaction, so there is one writer at a time.
create table audit_head (
    id            bigint  not null primary key check (id = 1),
    last_seq      bigint  not null,
    last_hash     bytea   not null
);
insert into audit_head (id, last_seq, last_hash)
values (1, 0, decode('0000000000000000000000000000000000000000000000000000000000000000', 'hex'));

create table audit (
    seq           bigint  not null primary key, -- 1, 2, 3 … without gaps
    at            bigint  not null,             -- ms
    actor         text    not null,             -- office:… | operator:… | platform
    action        text    not null,             -- transmission.accepted, certificate.revoked …
    subject       text    not null,             -- what it happened to
    detail        text    not null,             -- JSON, without personal data
    hash          bytea   not null              -- SHA-256 over the previous hash and this row
);

create table audit_checkpoint (
    seq           bigint  not null primary key, -- the chain up to this row …
    signed        bytea   not null,             -- … as the platform signed it (CMS)
    at            bigint  not null              -- ms
);

-- Work to be done later: leased, never locked ---------------------------------------------------
create table job (
    id            bytea   not null primary key, -- UUIDv7
    kind          text    not null,
    argument      text    not null,             -- JSON
    run_after     bigint  not null,             -- ms
    tries         bigint  not null,
    lease_until   bigint,                      -- ms
    lease_owner   text,                         -- which replica
    failure       text,                         -- last error, for operators
    parked_at     bigint,                      -- ms; given up after too many tries
    created_at    bigint  not null
);
create index job_due on job (run_after) where parked_at is null;

-- Periodic work that only one replica does at a time.
create table lease (
    name          text    not null primary key,
    owner         text    not null,
    until         bigint  not null              -- ms
);
