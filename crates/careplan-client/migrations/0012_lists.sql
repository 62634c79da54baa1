-- What the documents of a draft are, and about whom: neither their bytes nor their names say it.

alter table draft add column document_kind   text;      -- stable name of what they are
alter table draft add column person_insurer  text;      -- 保険者番号; null when they are about nobody
alter table draft add column person_insured  text;      -- 被保険者番号
alter table draft add column person_name     text;
alter table draft add column person_kana     text;
