-- Wrong tries at log-in, by what was typed: also for user IDs that are nobody's, so that answers do not tell them apart.

-- account.failures, account.locked_until and the same of issue_password stand still from here on: replicas of before still read them.
create table login_miss (
    kind          text    not null,             -- password | issue_password
    user_id       text    not null,             -- of the right shape; whether it is anybody's does not matter
    failures      integer not null,             -- wrong tries in a row
    locked_until  integer,                      -- ms; null when not locked
    forget_at     integer not null,             -- ms; over and as good as gone from then on, with the lock if there is one
    primary key (kind, user_id)
) strict;
create index login_miss_forget on login_miss (forget_at);
