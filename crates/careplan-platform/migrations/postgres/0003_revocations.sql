-- Revocation lists ask twice a second what was revoked since the last one.
create index certificate_revoked on certificate (revoked_at) where revoked_at is not null;
