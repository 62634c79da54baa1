-- When terminals were heard of last.

-- ms; the newest request with the certificate of the terminal's announcement, noted coarsely (caller::contacts); null before the first.
alter table terminal add column seen_at integer;
