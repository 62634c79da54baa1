//! A writing transaction: it holds the lock on the audit head from its first statement to its
//! end, gathers audit rows in memory, and writes them and the new head when it commits.

use careplan_domain::OfficeNumber;
use sqlx::{Postgres, Sqlite, Transaction};

use super::connect::Pools;
use super::{Connected, Link, Store, StoreError, on};
use crate::audit::{self, Row};

const BEGIN_SQLITE: &str = "begin immediate";
const HEAD_SQLITE: &str = "select last_seq, last_hash from audit_head where id = 1";
const HEAD_POSTGRES: &str = "select last_seq, last_hash from audit_head where id = 1 for update";
const NEW_HEAD: &str = "update audit_head set last_seq = $1, last_hash = $2 where id = 1";
/// PostgreSQL's channel for [`NOTIFY_POSTGRES`].
pub(super) const CHANNEL: &str = "careplan_news";
/// PostgreSQL only: tells the other replicas, when and only when this commits.
const NOTIFY_POSTGRES: &str = "select pg_notify('careplan_news', $1)";

pub(super) const STATEMENTS: &[&str] = &[HEAD_SQLITE, NEW_HEAD];

/// Offices named in one notification: PostgreSQL takes fewer than 8,000 bytes.
const OFFICES_NOTIFIED: usize = 500;

/// The end of the audit chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the newest row; 0 before the first.
    pub seq: i64,
    /// Its hash; zeros before the first.
    pub hash: [u8; 32],
}

/// A writing transaction. Dropped without [`commit`](Self::commit), it never happened.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    head: Head,
    audit: Vec<Row>,
    woken: Vec<OfficeNumber>,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Begins a writing transaction; waits until it is the only one.
    ///
    /// # Errors
    /// When the database cannot be reached, or the wait is too long.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let (mut inner, statement) = match &self.pools {
            Pools::Sqlite { write, .. } => {
                (Inner::Sqlite(write.begin_with(BEGIN_SQLITE).await?), HEAD_SQLITE)
            }
            Pools::Postgres(pool) => (Inner::Postgres(pool.begin().await?), HEAD_POSTGRES),
        };
        let (seq, hash): (i64, Vec<u8>) =
            on!(&mut inner, |c| sqlx::query_as(statement).fetch_one(&mut *c).await?);
        let hash = hash.try_into().map_err(|_| StoreError::Corrupt("audit hash"))?;
        Ok(Tx { inner, head: Head { seq, hash }, audit: Vec::new(), woken: Vec::new() })
    }
}

impl Tx {
    /// The end of the audit chain, with what this transaction added.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Adds rows that [`audit::append`] chained; they are written by [`commit`](Self::commit).
    pub(crate) fn extend_chain(&mut self, row: Row) {
        self.head = Head { seq: row.seq, hash: row.hash };
        self.audit.push(row);
    }

    /// Tells the other replicas, if there are any, that an office has news once this commits.
    pub fn wake(&mut self, office: OfficeNumber) {
        self.woken.push(office);
    }

    /// Makes it durable: the changes, their audit rows and the new head, together or not at all.
    ///
    /// # Errors
    /// When the database refuses or cannot be reached. After an error of the last step nobody
    /// knows whether it happened; ask again by the request's own id.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if !self.audit.is_empty() {
            let rows = std::mem::take(&mut self.audit);
            audit::insert(&mut self.inner, rows).await?;
            let Head { seq, hash } = self.head;
            on!(&mut self.inner, |c| {
                sqlx::query(NEW_HEAD).bind(seq).bind(&hash[..]).execute(&mut *c).await?;
            });
        }
        self.woken.sort_unstable();
        self.woken.dedup();
        match self.inner {
            Inner::Sqlite(transaction) => transaction.commit().await?,
            Inner::Postgres(mut transaction) => {
                for offices in self.woken.chunks(OFFICES_NOTIFIED) {
                    let offices: Vec<&str> = offices.iter().map(OfficeNumber::as_str).collect();
                    sqlx::query(NOTIFY_POSTGRES).bind(offices.join(",")).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}

impl Connected for Inner {
    fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(transaction) => Link::Sqlite(transaction),
            Self::Postgres(transaction) => Link::Postgres(transaction),
        }
    }
}

impl Connected for Tx {
    fn link(&mut self) -> Link<'_> {
        self.inner.link()
    }
}
