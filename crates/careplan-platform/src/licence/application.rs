//! 利用申請: from the wish to the granted term, in the hands of the office itself.
//!
//! Promises: nobody gets a term who has not opened every page of the terms of use that hold; who agreed to which version is kept;
//! term, charge, agreement and audit line are written together or not at all; pressing twice grants once.

use careplan_domain::billing::charge::Method;
use careplan_domain::billing::ledger::LedgerFault;
use careplan_domain::billing::price::{NotSold, PriceList};
use careplan_domain::calendar::day;
use careplan_domain::licence::{LicenceState, LicenceTerm, Years};
use careplan_domain::renewal::{self, Plan, Renewal, RenewalFault};
use careplan_domain::{OfficeNumber, Timestamp};
use serde_json::json;

use super::{LicenceFault, new_term};
use crate::audit::{self, Actor, Entry};
use crate::billing::{Billing, BillingFault, By, Granting};
use crate::login::Session;
use crate::store::applications::{self, Application, PlanRow};
use crate::store::{Store, StoreError, Tx, licences};

/// The terms of use as an application reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The version that holds.
    pub version: u32,
    /// How many pages it has.
    pub pages: u32,
}

/// Why an application goes no further.
#[derive(Debug, thiserror::Error)]
pub enum ApplicationFault {
    /// Nothing was applied for.
    #[error("no application is under way")]
    NotBegun,
    /// There is no term now or to come.
    #[error("no licence")]
    NoLicence,
    /// Pages of the terms were not opened yet.
    #[error("the terms were read to page {read_to} only")]
    NotRead {
        /// The last page that was.
        read_to: u32,
    },
    /// Other terms hold by now.
    #[error("other terms hold by now")]
    OtherTerms,
    /// No price for that.
    #[error(transparent)]
    NotSold(#[from] NotSold),
    /// It cannot be charged: days of it are charged already.
    #[error(transparent)]
    Billing(BillingFault),
    /// The term cannot be granted.
    #[error(transparent)]
    Term(#[from] LicenceFault),
    /// The term cannot be renewed.
    #[error(transparent)]
    Renewal(#[from] RenewalFault),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BillingFault> for ApplicationFault {
    fn from(fault: BillingFault) -> Self {
        match fault {
            BillingFault::NotSold(fault) => Self::NotSold(fault),
            BillingFault::Licence(fault) => Self::Term(fault),
            BillingFault::Renewal(fault) => Self::Renewal(fault),
            BillingFault::Store(error) => Self::Store(error),
            fault => Self::Billing(fault),
        }
    }
}

impl ApplicationFault {
    /// What the office is told; `None` for what went wrong inside.
    pub fn message_ja(&self) -> Option<String> {
        Some(match self {
            Self::NotBegun => "利用申請がまだ始まっていません。ライセンスの画面から、利用申請をはじめてください。".to_owned(),
            Self::NoLicence => {
                "有効なライセンスがありません。ライセンスの画面から、利用申請をはじめてください。".to_owned()
            }
            Self::NotRead { .. } => {
                "利用規約がまだ最後まで表示されていません。続きを読んで、最後のページで同意してください。".to_owned()
            }
            Self::OtherTerms => {
                "読んでいる間に利用規約が新しくなりました。お手数ですが、新しい利用規約をはじめからお読みください。".to_owned()
            }
            Self::NotSold(_) => "いまは、その年数の申込みを受け付けていません。年数を選び直してください。".to_owned(),
            Self::Term(fault) => fault.to_string(),
            Self::Renewal(fault) => fault.to_string(),
            Self::Billing(BillingFault::Ledger(LedgerFault::ChargedAlready(charge))) => format!(
                "この期間の料金（請求番号 {charge}）は、すでに請求しています。二重に請求しないため、手続きを止めました。お支払いを確かめ、済んでいる場合は運用センターへお問い合わせください。"
            ),
            Self::Billing(_) | Self::Store(_) => return None,
        })
    }
}

/// Takes applications and renewals.
#[derive(Debug, Clone)]
pub struct Applications {
    store: Store,
    billing: Billing,
}

impl Applications {
    /// Applications that are charged by `billing`.
    pub fn new(billing: Billing) -> Self {
        Self { store: billing.store().clone(), billing }
    }

    /// What is charged.
    pub fn billing(&self) -> &Billing {
        &self.billing
    }

    /// The price list.
    pub fn prices(&self) -> &PriceList {
        self.billing.prices()
    }

    /// Begins, or begins anew.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(
        &self,
        office: &OfficeNumber,
        (years, terms): (Years, Reading),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let application = Application { years, terms_version: terms.version, read_to: 0, begun_at: now };
        applications::put_application(&mut tx, office, &application).await?;
        note(&mut tx, (office, "licence.applied"), json!({ "years": years.get() }), now);
        tx.commit().await
    }

    /// A page of the terms was opened, from 1. Pages are read in their order: a later one is not reached by its address.
    ///
    /// # Errors
    /// [`ApplicationFault::NotBegun`], [`ApplicationFault::OtherTerms`], [`ApplicationFault::NotRead`].
    pub async fn open_page(
        &self,
        office: &OfficeNumber,
        (page, terms): (u32, Reading),
    ) -> Result<Application, ApplicationFault> {
        let mut tx = self.store.begin().await?;
        let application = current(&mut tx, office, terms).await?;
        if page > application.read_to.saturating_add(1) {
            return Err(ApplicationFault::NotRead { read_to: application.read_to });
        }
        if page <= application.read_to {
            return Ok(application);
        }
        let application = Application { read_to: page, ..application };
        applications::put_application(&mut tx, office, &application).await?;
        tx.commit().await?;
        Ok(application)
    }

    /// The office agrees: the term is granted at once.
    ///
    /// # Errors
    /// [`ApplicationFault`] by its variants.
    pub async fn agree(
        &self,
        session: &Session,
        terms: Reading,
        now: Timestamp,
    ) -> Result<LicenceTerm, ApplicationFault> {
        let office = session.office();
        let mut tx = self.store.begin().await?;
        let application = current(&mut tx, &office, terms).await?;
        if application.read_to < terms.pages {
            return Err(ApplicationFault::NotRead { read_to: application.read_to });
        }
        applications::end_application(&mut tx, &office).await?;
        let granted = licences::terms_of(&mut tx, &office).await?;
        if let Some(term) = granted.iter().rfind(|term| term.ends_at > term.starts_at.max(now)) {
            // An operator granted one meanwhile: there is nothing left to apply for.
            tx.commit().await?;
            return Ok(*term);
        }
        let term = new_term(&granted, None, application.years.get(), now)?;
        let row = applications::plan(&mut tx, &office).await?;
        let has_agreed = applications::has_agreed(&mut tx, &office).await?;
        // Who opted out before stays out; who had ended it all begins as everybody does.
        let plan = row.map(|row| row.plan).filter(|plan| has_agreed && *plan != Plan::Cancel);
        let plan = plan.unwrap_or_else(|| Plan::of_application(day(now)));
        let method = row.map_or(Method::Deduction, |row| row.method);
        applications::put_plan(&mut tx, &office, PlanRow { plan, method }, now).await?;
        agreed(&mut tx, session, terms, now).await?;
        self.grant(&mut tx, session, (term, application.years), now).await?;
        tx.commit().await?;
        Ok(term)
    }

    /// Renews the office's last term by hand, which agrees to the terms of use that hold. Asking twice grants once. Who had
    /// cancelled changed their mind.
    ///
    /// # Errors
    /// [`ApplicationFault`] by its variants.
    pub async fn renew(
        &self,
        session: &Session,
        (years, reading): (Years, Reading),
        now: Timestamp,
    ) -> Result<LicenceTerm, ApplicationFault> {
        let office = session.office();
        let mut tx = self.store.begin().await?;
        let terms = licences::terms_of(&mut tx, &office).await?;
        let present = terms.iter().filter(|term| term.covers(now)).max_by_key(|term| term.ends_at);
        let follows = present.map_or(Timestamp::UNIX_EPOCH, |term| term.starts_at);
        let term = match renewal::renew(&terms, follows, years, day(now))? {
            Renewal::Already(term) => return Ok(term),
            Renewal::Grant(term) => term,
        };
        if let Some(row) = applications::plan(&mut tx, &office).await?
            && row.plan == Plan::Cancel
        {
            applications::put_plan(&mut tx, &office, PlanRow { plan: Plan::ByHand, ..row }, now).await?;
        }
        agreed(&mut tx, session, reading, now).await?;
        self.grant(&mut tx, session, (term, years), now).await?;
        tx.commit().await?;
        Ok(term)
    }

    /// Changes what is to happen at the end of the term.
    ///
    /// # Errors
    /// [`ApplicationFault::NoLicence`] when there is no term now or to come.
    pub async fn set_plan(
        &self,
        office: &OfficeNumber,
        plan: Plan,
        now: Timestamp,
    ) -> Result<(), ApplicationFault> {
        let mut tx = self.store.begin().await?;
        if may_apply(LicenceState::at(&licences::terms_of(&mut tx, office).await?, now)) {
            return Err(ApplicationFault::NoLicence);
        }
        let before = applications::plan(&mut tx, office).await?;
        let method = before.map_or(Method::Deduction, |before| before.method);
        applications::put_plan(&mut tx, office, PlanRow { plan, method }, now).await?;
        note(&mut tx, (office, "licence.plan_changed"), json!(plan), now);
        tx.commit().await?;
        Ok(())
    }

    /// Writes a term and its charge.
    async fn grant(
        &self,
        tx: &mut Tx,
        session: &Session,
        (term, years): (LicenceTerm, Years),
        now: Timestamp,
    ) -> Result<(), ApplicationFault> {
        let office = session.office();
        let by = By::new(Actor::Office(office), now);
        self.billing.grant_in(tx, &Granting { office, term, years }, &by).await?;
        Ok(())
    }
}

/// Keeps that somebody agreed to the terms.
async fn agreed(
    tx: &mut Tx,
    session: &Session,
    terms: Reading,
    now: Timestamp,
) -> Result<(), ApplicationFault> {
    applications::add_agreement(tx, &session.user_id, terms.version, now).await?;
    note(tx, (&session.office(), "terms.agreed"), json!({ "version": terms.version }), now);
    Ok(())
}

/// The application of an office under the terms that hold.
async fn current(
    tx: &mut Tx,
    office: &OfficeNumber,
    terms: Reading,
) -> Result<Application, ApplicationFault> {
    let application = applications::application(tx, office).await?.ok_or(ApplicationFault::NotBegun)?;
    if application.terms_version != terms.version {
        return Err(ApplicationFault::OtherTerms);
    }
    Ok(application)
}

fn note(
    tx: &mut Tx,
    (office, action): (&OfficeNumber, &'static str),
    detail: serde_json::Value,
    now: Timestamp,
) {
    let (actor, subject) = (Actor::Office(*office), office.to_string());
    audit::append(tx, now, Entry { actor, action, subject, detail });
}

/// Whether an office can apply: it has no term now or to come.
pub fn may_apply(state: LicenceState) -> bool {
    matches!(state, LicenceState::NotApplied | LicenceState::Expired { .. })
}
