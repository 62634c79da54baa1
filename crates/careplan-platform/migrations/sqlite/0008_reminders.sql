-- Reminders by mail: each end is told of once for each number of days before it.

create table reminder (
    kind          text    not null,             -- licence | certificate
    office        text    not null references office (number),
    last_day      text    not null,             -- the end it is about, YYYY-MM-DD: another end is another matter
    days_before   integer not null,             -- which of the reminders
    sent_at       integer  not null,             -- ms
    primary key (kind, office, last_day, days_before)
) strict;
