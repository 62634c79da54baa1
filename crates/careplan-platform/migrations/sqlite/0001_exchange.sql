-- The exchange: offices, licences, accounts, certificates, transmissions, audit.
--
-- Portable types only: BLOB ids (UUIDv7, 16 bytes) and digests, INTEGER milliseconds UTC,
-- TEXT names. The PostgreSQL file says the same with BYTEA and BIGINT; a test compares them.

-- 事業所 --------------------------------------------------------------------------------------
create table office (
    number        text    not null primary key, -- 事業所番号, ten digits
    name          text    not null,             -- 事業所名
    kana          text    not null,             -- フリガナ
    prefecture    text    not null,             -- two digits
    address       text    not null,             -- 所在地
    status        text    not null,             -- active | suspended
    registered_at integer not null              -- ms
) strict;

create table office_service (
    office        text not null references office (number),
    service_type  text not null,                -- サービス種類コード
    primary key (office, service_type)
) strict;

create table licence_term (
    id            blob    not null primary key, -- UUIDv7
    office        text    not null references office (number),
    starts_at     integer not null,             -- ms, belongs to the term
    ends_at       integer not null,             -- ms, does not belong to it; may be brought forward
    granted_at    integer not null              -- ms
) strict;
create index licence_term_office on licence_term (office);

-- Log-in: user ID and password; the issue password that obtains a certificate -----------------
create table account (
    user_id               text    not null primary key, -- KJ + prefecture + office number
    office                text    not null unique references office (number),
    password_hash         text    not null,             -- Argon2id, PHC string
    password_is_temporary integer not null,             -- 1 until the office chose its own
    failures              integer not null,             -- wrong tries in a row
    locked_until          integer,                      -- ms; null when not locked
    created_at            integer not null
) strict;

create table issue_password (
    id            blob    not null primary key, -- UUIDv7
    office        text    not null references office (number),
    hash          text    not null,             -- Argon2id, PHC string
    created_at    integer not null,
    expires_at    integer not null,             -- ms
    used_at       integer,                      -- ms; a certificate was obtained with it
    replaced_at   integer,                      -- ms; a newer one was issued
    failures      integer not null,             -- wrong tries in a row
    locked_until  integer                       -- ms; null when not locked
) strict;
create index issue_password_office on issue_password (office);

-- Certificates: order (prepare → record → sign → verify → record) and what was issued ---------
create table certificate_order (
    id            blob    not null primary key, -- UUIDv7
    profile       text    not null,             -- name of the certificate profile
    office        text    references office (number), -- null for the platform's own
    public_key    blob    not null,             -- SubjectPublicKeyInfo of the request
    detail        text    not null,             -- JSON: what the profile needs besides (DNS names, issue password id)
    state         text    not null,             -- waiting | signed | failed
    serial        text,                         -- hexadecimal; recorded before anything is signed
    intended      blob,                         -- the to-be-signed certificate, recorded before signing
    certificate   blob,                         -- DER, after it was verified
    failure       text,                         -- why not, for operators
    lease_until   integer,                      -- ms; an authority is working on it
    created_at    integer not null,
    changed_at    integer not null
) strict;
create index certificate_order_state on certificate_order (state, created_at);

create table certificate (
    serial        text    not null primary key, -- hexadecimal
    fingerprint   blob    not null unique,      -- SHA-256 of the DER
    profile       text    not null,
    office        text    references office (number),
    der           blob    not null,
    not_before    integer not null,             -- ms
    not_after     integer not null,             -- ms
    issued_at     integer not null,             -- ms
    revoked_at    integer,                      -- ms
    reason        text                          -- why revoked
) strict;
create index certificate_office on certificate (office);

create table revocation_list (
    number        integer not null primary key, -- CRL number
    der           blob    not null,
    this_update   integer not null,             -- ms
    next_update   integer not null              -- ms
) strict;

-- 端末 ----------------------------------------------------------------------------------------
create table terminal (
    office        text    not null references office (number),
    id            blob    not null,             -- UUID, chosen by the terminal
    announcement  blob    not null,             -- CMS SignedData
    fingerprint   blob    not null,             -- of the certificate that signed it
    issued_at     integer not null,             -- ms, in the announcement
    expires_at    integer not null,             -- ms, in the announcement
    published_at  integer not null,             -- ms
    retired_at    integer,                      -- ms
    primary key (office, id)
) strict;

-- 送信 ----------------------------------------------------------------------------------------
-- One counter per office numbers its inbox, its sent list and its news, in the order of commits.
create table mailbox (
    office        text    not null primary key references office (number),
    last_seq      integer not null
) strict;

create table transmission (
    id            blob    not null primary key, -- UUIDv7, chosen by the sender's client
    from_office   text    not null references office (number),
    from_type     text    not null,
    to_office     text    not null references office (number),
    to_type       text    not null,
    unit          text    not null,             -- K1 … DOC
    month         integer,                      -- YYYYMM
    files         integer not null,
    sealed_bytes  integer not null,
    sealed_digest blob    not null,             -- SHA-256 of the sealed letter
    replaces      blob,                         -- transmission id
    fingerprint   blob    not null,             -- of the certificate it was sent with
    accepted_at   integer not null,             -- ms
    deadline      integer not null,             -- ms; expires then unless acknowledged
    state         text    not null,             -- the newest event
    state_at      integer not null,             -- ms
    inbox_seq     integer not null,             -- place in the receiver's inbox
    sent_seq      integer not null,             -- place in the sender's list
    shelf         text    not null,             -- row (in table letter) | blob | gone
    bytes_until   integer                       -- ms; when the bytes may be dropped; null while it waits
) strict;
create unique index transmission_inbox on transmission (to_office, inbox_seq);
create index transmission_waiting on transmission (to_office, inbox_seq) where state in ('accepted', 'fetched');
create unique index transmission_sent on transmission (from_office, sent_seq);
create index transmission_deadline on transmission (deadline) where state in ('accepted', 'fetched');
create index transmission_bytes on transmission (bytes_until) where bytes_until is not null and shelf <> 'gone';
create index transmission_accepted on transmission (accepted_at);

create table letter (
    transmission  blob    not null primary key references transmission (id),
    sealed        blob    not null              -- the sealed letter, when it is small
) strict;

create table transmission_event (
    transmission  blob    not null references transmission (id),
    state         text    not null,
    at            integer not null,             -- ms
    office        text    not null,             -- whose news it is: the other party
    seq           integer not null,             -- place in that office's news
    primary key (transmission, state)
) strict;
create unique index transmission_event_news on transmission_event (office, seq);

create table receipt (
    transmission  blob    not null references transmission (id),
    kind          text    not null,             -- accepted … imported
    signed        blob    not null,             -- CMS SignedData, first version, never changed
    at            integer not null,             -- ms
    primary key (transmission, kind)
) strict;

-- Letters that arrive in parts over slow lines -------------------------------------------------
create table upload (
    transmission  blob    not null,
    office        text    not null references office (number),
    bytes         integer not null,             -- how many are held, from the start
    created_at    integer not null,
    changed_at    integer not null,             -- ms; forgotten when it stands still
    primary key (transmission, office)
) strict;

create table upload_part (
    transmission  blob    not null,
    office        text    not null,
    start         integer not null,             -- offset of the first byte
    bytes         blob    not null,
    primary key (transmission, office, start),
    foreign key (transmission, office) references upload (transmission, office)
) strict;

-- Audit: append-only, hash-chained, written in the transaction of what it tells -----------------
-- The head is locked first by every writing transaction, so there is one writer at a time.
create table audit_head (
    id            integer not null primary key check (id = 1),
    last_seq      integer not null,
    last_hash     blob    not null
) strict;
insert into audit_head (id, last_seq, last_hash)
values (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

create table audit (
    seq           integer not null primary key, -- 1, 2, 3 … without gaps
    at            integer not null,             -- ms
    actor         text    not null,             -- office:… | operator:… | platform
    action        text    not null,             -- transmission.accepted, certificate.revoked …
    subject       text    not null,             -- what it happened to
    detail        text    not null,             -- JSON, without personal data
    hash          blob    not null              -- SHA-256 over the previous hash and this row
) strict;

create table audit_checkpoint (
    seq           integer not null primary key, -- the chain up to this row …
    signed        blob    not null,             -- … as the platform signed it (CMS)
    at            integer not null              -- ms
) strict;

-- Work to be done later: leased, never locked ---------------------------------------------------
create table job (
    id            blob    not null primary key, -- UUIDv7
    kind          text    not null,
    argument      text    not null,             -- JSON
    run_after     integer not null,             -- ms
    tries         integer not null,
    lease_until   integer,                      -- ms
    lease_owner   text,                         -- which replica
    failure       text,                         -- last error, for operators
    parked_at     integer,                      -- ms; given up after too many tries
    created_at    integer not null
) strict;
create index job_due on job (run_after) where parked_at is null;

-- Periodic work that only one replica does at a time.
create table lease (
    name          text    not null primary key,
    owner         text    not null,
    until         integer not null              -- ms
) strict;
