//! A writing transaction: it holds the lock on the audit head from its first statement to its
//! end, gathers audit rows in memory, and writes them and the new head when it commits.

use std::sync::Arc;

use careplan_domain::OfficeNumber;
use sqlx::{Postgres, Transaction};

use super::connect::Pools;
use super::fold::Written;
use super::inserts::{self, Insert};
use super::seats::OpenTransaction;
use super::{Connected, Link, Store, StoreError, on};
use crate::audit::{self, Row};

/// Takes the lock and reads the head, in one step.
const BEGIN_SQLITE: &str = "begin immediate; select last_seq, last_hash from audit_head where id = 1";
const HEAD_POSTGRES: &str = "select last_seq, last_hash from audit_head where id = 1 for update";
const NEW_HEAD: &str = "update audit_head set last_seq = $1, last_hash = $2 where id = 1";
/// The same and the end, in one step.
const NEW_HEAD_AND_COMMIT_SQLITE: &str =
    "update audit_head set last_seq = $1, last_hash = $2 where id = 1; commit";
const COMMIT_SQLITE: &str = "commit";
/// PostgreSQL's channel for [`NOTIFY_POSTGRES`].
pub(super) const CHANNEL: &str = "careplan_news";
/// PostgreSQL only: tells the other replicas, when and only when this commits.
const NOTIFY_POSTGRES: &str = "select pg_notify('careplan_news', $1)";

pub(super) const STATEMENTS: &[&str] = &[NEW_HEAD];

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
    inserts: Vec<Insert>,
    audit: Vec<Row>,
    woken: Vec<OfficeNumber>,
    /// SQLite's log is longer after the commit.
    written: Option<Arc<Written>>,
}

#[derive(Debug)]
enum Inner {
    Sqlite(OpenTransaction),
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Begins a writing transaction; waits until it is the only one.
    ///
    /// # Errors
    /// When the database cannot be reached, or the wait is too long.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let (mut inner, statement, written) = match &self.pools {
            Pools::Sqlite { write, written, .. } => {
                let transaction = OpenTransaction::on(write.take().await?);
                (Inner::Sqlite(transaction), BEGIN_SQLITE, Some(written.clone()))
            }
            Pools::Postgres(pool) => (Inner::Postgres(pool.begin().await?), HEAD_POSTGRES, None),
        };
        let (seq, hash): (i64, Vec<u8>) =
            on!(&mut inner, |c| sqlx::query_as(statement).fetch_one(&mut *c).await?);
        let hash = hash.try_into().map_err(|_| StoreError::Corrupt("audit hash"))?;
        Ok(Tx {
            inner,
            head: Head { seq, hash },
            inserts: Vec::new(),
            audit: Vec::new(),
            woken: Vec::new(),
            written,
        })
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

    /// Adds new rows; they are written by [`commit`](Self::commit), and not to be read before.
    pub(super) fn insert(&mut self, insert: Insert) {
        self.inserts.push(insert);
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
    pub async fn commit(self) -> Result<(), StoreError> {
        let Self { mut inner, head, mut inserts, audit, mut woken, written } = self;
        let chained = !audit.is_empty();
        // Beside a table with as many rows, usually that of events: then they share a text.
        let place = inserts.iter().position(|it| it.len() == audit.len()).unwrap_or_default();
        inserts.insert(place, audit::insert(audit));
        inserts::write(inner.link(), inserts).await?;
        woken.sort_unstable();
        woken.dedup();
        let new_head = chained.then_some(head);
        match inner {
            Inner::Sqlite(transaction) => {
                let commit = match new_head {
                    Some(Head { seq, hash }) => {
                        sqlx::query(NEW_HEAD_AND_COMMIT_SQLITE).bind(seq).bind(hash.to_vec())
                    }
                    None => sqlx::query(COMMIT_SQLITE),
                };
                transaction.commit(commit).await?;
            }
            Inner::Postgres(transaction) => commit_postgres(transaction, new_head, &woken).await?,
        }
        if let Some(written) = written {
            written.note();
        }
        Ok(())
    }
}

async fn commit_postgres(
    mut transaction: Transaction<'static, Postgres>,
    new_head: Option<Head>,
    woken: &[OfficeNumber],
) -> Result<(), StoreError> {
    if let Some(Head { seq, hash }) = new_head {
        sqlx::query(NEW_HEAD).bind(seq).bind(&hash[..]).execute(&mut *transaction).await?;
    }
    for offices in woken.chunks(OFFICES_NOTIFIED) {
        let offices: Vec<&str> = offices.iter().map(OfficeNumber::as_str).collect();
        sqlx::query(NOTIFY_POSTGRES).bind(offices.join(",")).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

impl Connected for Inner {
    fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(transaction) => Link::Sqlite(transaction.connection()),
            Self::Postgres(transaction) => Link::Postgres(transaction),
        }
    }
}

impl Connected for Tx {
    fn link(&mut self) -> Link<'_> {
        self.inner.link()
    }
}
