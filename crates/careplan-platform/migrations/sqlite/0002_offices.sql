-- Looking up offices, and retrying an enrolment.

-- Folded for search: width, kana and case do not matter (directory::fold); written with the name.
alter table office add column name_folded text not null default '';
alter table office add column kana_folded text not null default '';

-- What an issue password was used for, so that the same terminal may ask again after a lost answer.
alter table issue_password add column used_key blob;    -- SHA-256 of the SubjectPublicKeyInfo
alter table issue_password add column used_order blob;  -- certificate_order.id
