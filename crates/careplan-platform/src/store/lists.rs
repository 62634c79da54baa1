//! Inbox and sent list: pages in the order of their numbers, found by index.

use careplan_domain::transmission::State;
use careplan_domain::{OfficeNumber, ServiceType};

use super::transmissions::{Held, HeldRow, columns};
use super::{Connected, StoreError, on};

const INBOX: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.to_office = $1 and t.inbox_seq > $2 order by t.inbox_seq limit $3"
);
// A filter that is not wanted is null; `cast` because PostgreSQL must know the type of a null.
const INBOX_OF_TYPE: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.to_office = $1 and t.inbox_seq > $2 and t.to_type = $4 \
     order by t.inbox_seq limit $3"
);
// By an index of its own: the few that wait are found whatever lies before them.
const INBOX_WAITING: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.to_office = $1 and t.inbox_seq > $2 \
     and t.state in ('accepted', 'fetched') and (cast($4 as text) is null or t.to_type = $4) \
     order by t.inbox_seq limit $3"
);
const SENT: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.from_office = $1 and t.sent_seq > $2 order by t.sent_seq limit $3"
);
const SENT_IN_STATE: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.from_office = $1 and t.sent_seq > $2 and t.state = $4 \
     order by t.sent_seq limit $3"
);

pub(super) const STATEMENTS: &[&str] = &[INBOX, INBOX_OF_TYPE, INBOX_WAITING, SENT, SENT_IN_STATE];

/// Which page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Whose list.
    pub office: OfficeNumber,
    /// Entries after this number.
    pub after: i64,
    /// How many at most.
    pub limit: u32,
}

/// Which entries of an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InboxFilter {
    /// Only those for one service type.
    pub service_type: Option<ServiceType>,
    /// Only those the receiver still has to acknowledge or refuse.
    pub waiting: bool,
}

/// A page of an inbox, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn inbox(
    db: &mut impl Connected,
    page: Page,
    filter: InboxFilter,
) -> Result<Vec<Held>, StoreError> {
    let text = match filter {
        InboxFilter { waiting: true, .. } => INBOX_WAITING,
        InboxFilter { service_type: Some(_), .. } => INBOX_OF_TYPE,
        InboxFilter { .. } => INBOX,
    };
    let rows: Vec<HeldRow> = on!(db, |c| {
        let mut query =
            sqlx::query_as(text).bind(page.office.as_str()).bind(page.after).bind(i64::from(page.limit));
        if text != INBOX {
            query = query.bind(filter.service_type.map(|it| it.as_str().to_owned()));
        }
        query.fetch_all(&mut *c).await?
    });
    rows.into_iter().map(Held::try_from).collect()
}

/// A page of a sent list, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn sent(
    db: &mut impl Connected,
    page: Page,
    state: Option<State>,
) -> Result<Vec<Held>, StoreError> {
    let text = if state.is_none() { SENT } else { SENT_IN_STATE };
    let rows: Vec<HeldRow> = on!(db, |c| {
        let mut query =
            sqlx::query_as(text).bind(page.office.as_str()).bind(page.after).bind(i64::from(page.limit));
        if let Some(state) = state {
            query = query.bind(state.as_str());
        }
        query.fetch_all(&mut *c).await?
    });
    rows.into_iter().map(Held::try_from).collect()
}
