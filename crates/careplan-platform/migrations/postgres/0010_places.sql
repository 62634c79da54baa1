-- Looking up offices by their place.

-- Folded for search: as names, and all hyphens are one (directory::fold_place); written with the address, and once for those of before.
alter table office add column address_folded text not null default '';
