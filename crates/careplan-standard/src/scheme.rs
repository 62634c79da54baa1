//! Home care or preventive care, and who hands actuals to whom: read from the service types of a name.

use crate::edition::{Edition, OfficeRole, Scheme};
use crate::name::{FileName, NamedOffice};

/// Which half of the standard a file belongs to. The same files serve both; the service types tell them apart.
pub(crate) fn scheme_of(edition: &Edition, name: &FileName) -> Scheme {
    let sender = edition.office_role(name.sender().service_type());
    let receiver = edition.office_role(name.receiver().service_type());
    let (Some((sender_role, sender)), Some((receiver_role, receiver))) = (sender, receiver) else {
        return Scheme::Home;
    };
    let marked = |code: &crate::edition::Code| code.scheme() == Some(Scheme::Preventive);
    let preventive = match (sender_role, receiver_role) {
        (OfficeRole::Planner, OfficeRole::Planner) => true,
        (OfficeRole::Service, OfficeRole::Service) => {
            let sent_by_service =
                edition.layout(name.prefix()).is_some_and(|layout| layout.sender == OfficeRole::Service);
            marked(if sent_by_service { sender } else { receiver })
        }
        _ => marked(sender) || marked(receiver),
    };
    if preventive { Scheme::Preventive } else { Scheme::Home }
}

/// How actuals come from a service office to the planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handover {
    /// By the office that served, as its name says; and every file that is no actuals.
    Plain,
    /// By a planner who collected them for a support centre: offices of the content are not the sender.
    PassedOn,
    /// By the office that served, with the service types of the name swapped as in the ministry's example.
    TypesSwapped,
}

/// From whom to whom a file goes: what its name says, with the service types where they belong.
pub(crate) fn addresses(edition: &Edition, name: &FileName) -> (NamedOffice, NamedOffice) {
    let (sender, receiver) = (name.sender(), name.receiver());
    match handover(edition, name) {
        Handover::TypesSwapped => {
            (sender.of_type(receiver.service_type()), receiver.of_type(sender.service_type()))
        }
        Handover::Plain | Handover::PassedOn => (sender.clone(), receiver.clone()),
    }
}

pub(crate) fn handover(edition: &Edition, name: &FileName) -> Handover {
    let role = |service_type: &str| edition.office_role(service_type).map(|(role, _)| role);
    let sent_by_service =
        edition.layout(name.prefix()).is_some_and(|layout| layout.sender == OfficeRole::Service);
    match (role(name.sender().service_type()), role(name.receiver().service_type())) {
        _ if !sent_by_service => Handover::Plain,
        (Some(OfficeRole::Planner), Some(OfficeRole::Service)) => Handover::TypesSwapped,
        (Some(OfficeRole::Planner), _) => Handover::PassedOn,
        _ => Handover::Plain,
    }
}
