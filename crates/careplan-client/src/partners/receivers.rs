//! To whom documents beside the standard can go: addresses of the book to choose from, and that of a number that was typed.

use careplan_domain::{Address, OfficeNumber, ServiceType};

use super::own::Answer;
use super::{Partner, Partners, Standing, Wanted};
use crate::state::StateFault;

/// Addresses in a list to choose from: in a longer one nobody finds anything, and typing the number is faster.
pub const LISTED_MAX: usize = 300;

/// One address that documents can go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Where.
    pub address: Address,
    /// What the office is called.
    pub name: String,
}

/// The addresses to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receivers {
    /// Offices with which something was exchanged first; of an office the preferred service type first.
    pub listed: Vec<Receiver>,
    /// Whether the book has more.
    pub is_cut: bool,
}

/// What the number of an office alone says of where something goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// There is one place, or one is preferred.
    One(Address),
    /// There are several.
    Several(Vec<Address>),
    /// There is no such office, or it runs nothing.
    Nowhere,
    /// Nobody said what it runs, and the directory does not answer now.
    NotKnown,
}

impl Partners {
    /// The addresses of the offices of the book that have joined.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn receivers(&self) -> Result<Receivers, StateFault> {
        let joined = Wanted { joined: Some(true), ..Wanted::default() };
        Ok(receivers_of(self.list(&joined).await?))
    }

    /// Where something goes that is for an office of which only the number was said.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn meant_by(&self, office: &OfficeNumber) -> Result<Meant, StateFault> {
        let partner = self.one(office).await?;
        let preferred = partner.as_ref().and_then(|partner| partner.preferred);
        let booked = partner.filter(|it| it.standing == Standing::Joined && !it.service_types.is_empty());
        let types = match booked {
            Some(partner) => partner.service_types,
            None => match self.ask_once(office).await? {
                Answer::Entry(entry) => entry.service_types,
                Answer::Unknown => return Ok(Meant::Nowhere),
                Answer::Silent => return Ok(Meant::NotKnown),
            },
        };
        Ok(meant(*office, preferred, &types))
    }
}

/// The preferred type counts as long as the office runs it.
fn meant(office: OfficeNumber, preferred: Option<ServiceType>, types: &[ServiceType]) -> Meant {
    let at = |service_type: &ServiceType| Address { office, service_type: *service_type };
    match (types, preferred.filter(|it| types.contains(it))) {
        ([], _) => Meant::Nowhere,
        ([one], _) => Meant::One(at(one)),
        (_, Some(preferred)) => Meant::One(at(&preferred)),
        (several, None) => Meant::Several(several.iter().map(at).collect()),
    }
}

fn receivers_of(mut partners: Vec<Partner>) -> Receivers {
    // Stable: by kana among themselves, as the book gives them.
    partners.sort_by_key(|partner| !partner.is_exchanged);
    let mut all = partners.into_iter().flat_map(|partner| {
        let mut types = partner.service_types.clone();
        types.sort_by_key(|it| Some(*it) != partner.preferred);
        types.into_iter().map(move |service_type| Receiver {
            address: Address { office: partner.office, service_type },
            name: partner.name_or_why_not().to_owned(),
        })
    });
    let listed = all.by_ref().take(LISTED_MAX).collect();
    Receivers { listed, is_cut: all.next().is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(number: usize, types: &[&str]) -> Partner {
        Partner {
            office: format!("99700{number:05}").parse().unwrap(),
            name: format!("事業所{number}"),
            kana: String::new(),
            address: String::new(),
            service_types: types.iter().map(|it| it.parse().unwrap()).collect(),
            standing: Standing::Joined,
            asked_at: None,
            is_listed: true,
            is_exchanged: false,
            note: String::new(),
            preferred: None,
        }
    }

    #[test]
    fn who_was_written_to_stands_first_and_the_preferred_type_first_of_an_office() {
        let known = Partner { is_exchanged: true, ..partner(3, &["15"]) };
        let choosy = Partner { preferred: Some("15".parse().unwrap()), ..partner(2, &["11", "15", "16"]) };
        let receivers = receivers_of(vec![partner(1, &["43"]), choosy, known]);
        let addresses: Vec<_> = receivers.listed.iter().map(|it| it.address.to_string()).collect();
        let wanted = ["9970000003-15", "9970000001-43", "9970000002-15", "9970000002-11", "9970000002-16"];
        assert_eq!(addresses, wanted);
        assert!(!receivers.is_cut);
    }

    #[test]
    fn a_list_has_an_end_that_is_told_and_who_was_written_to_is_before_it() {
        let book = |count: usize| -> Vec<_> { (1..=count).map(|it| partner(it, &["11"])).collect() };
        assert!(!receivers_of(book(LISTED_MAX)).is_cut);
        let mut longer = book(LISTED_MAX);
        longer.push(Partner { is_exchanged: true, ..partner(LISTED_MAX + 1, &["11"]) });
        let receivers = receivers_of(longer);
        assert!(receivers.is_cut);
        assert_eq!(receivers.listed.len(), LISTED_MAX);
        assert_eq!(receivers.listed[0].address.office.as_str(), "9970000301");
    }

    #[test]
    fn a_number_alone_means_the_only_or_the_preferred_place() {
        let meant = |preferred: Option<&str>, types: &[&str]| {
            let types: Vec<ServiceType> = types.iter().map(|it| it.parse().unwrap()).collect();
            meant("9970000026".parse().unwrap(), preferred.map(|it| it.parse().unwrap()), &types)
        };
        let one = |text: &str| Meant::One(text.parse().unwrap());
        assert_eq!(meant(None, &["11"]), one("9970000026-11"));
        assert_eq!(meant(Some("15"), &["11", "15"]), one("9970000026-15"));
        assert!(matches!(meant(None, &["11", "15"]), Meant::Several(all) if all.len() == 2));
        // It was given up meanwhile.
        assert!(matches!(meant(Some("16"), &["11", "15"]), Meant::Several(_)));
        assert_eq!(meant(None, &[]), Meant::Nowhere);
    }
}
