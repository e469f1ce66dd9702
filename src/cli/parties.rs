//! What the commands about customers and about products share: the two are parallel, and each flow is written once.

use super::exit::Exit;
use super::session::Session;
use crate::app::party::{self, Party};
use crate::render::Record;
use chrono::{DateTime, Utc};

/// Whether something is really destroyed.
#[derive(Debug, clap::Args)]
pub struct Destroy {
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Only say what would be deleted
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

/// Prints those named.
pub fn show<P: Party + Record>(
    session: &mut Session<'_, '_>,
    which: &[P::Ref],
) -> anyhow::Result<Exit> {
    let (parties, currency) = party::show::<P>(&mut *session.storage()?, which)?;
    match &parties[..] {
        [one] => session.one(currency, one)?,
        several => session.list(currency, several)?,
    }
    Ok(Exit::Ok)
}

/// Prints what a filter finds.
pub fn list<P: Party + Record>(
    session: &mut Session<'_, '_>,
    filter: &P::Filter,
) -> anyhow::Result<Exit> {
    let ((parties, currency), more) = party::list::<P>(&mut *session.storage()?, filter)?;
    session.list(currency, &parties)?;
    session.say_more(more, P::NOUN)?;
    Ok(Exit::Ok)
}

/// Changes one and prints it.
pub fn edit<P: Party + Record>(
    session: &mut Session<'_, '_>,
    which: &P::Ref,
    change: impl FnOnce(&mut P),
) -> anyhow::Result<Exit> {
    let ((party, currency), changed) = party::edit::<P>(&mut *session.storage()?, which, change)?;
    if !changed {
        session.say(format_args!(
            "nothing changed: {} is so already",
            named(&party)
        ))?;
    }
    session.one(currency, &party)?;
    Ok(Exit::Ok)
}

/// Archives those named, or brings them back where `at` is `None`, and prints them.
pub fn set_archived<P: Party + Record>(
    session: &mut Session<'_, '_>,
    which: &[P::Ref],
    at: Option<DateTime<Utc>>,
) -> anyhow::Result<Exit> {
    let (outcome, currency) = party::set_archived::<P>(&mut *session.storage()?, which, at)?;
    let state = if at.is_some() {
        "is archived already"
    } else {
        "is not archived"
    };
    for (party, _) in outcome.iter().filter(|(_, changed)| !changed) {
        session.say(format_args!("nothing changed: {} {state}", named(party)))?;
    }
    let parties: Vec<P> = outcome.into_iter().map(|(party, _)| party).collect();
    session.list(currency, &parties)?;
    Ok(Exit::Ok)
}

/// Deletes those named and prints them as they were. What may not be deleted is refused before anything is asked.
pub fn delete<P: Party + Record>(
    session: &mut Session<'_, '_>,
    which: &[P::Ref],
    destroy: &Destroy,
) -> anyhow::Result<Exit> {
    let mut storage = session.storage()?;
    let (parties, currency) = party::deletable::<P>(&mut *storage, which)?;
    if destroy.dry_run {
        session.say("nothing was deleted: this is what would be")?;
        session.list(currency, &parties)?;
        return Ok(Exit::Ok);
    }
    let names: Vec<String> = parties.iter().map(named).collect();
    if session.confirm(destroy.yes, &format!("Delete {}?", names.join(", ")))? {
        let deleted = party::delete::<P>(&mut *storage, which)?;
        session.say(format_args!(
            "{} deleted",
            counted(deleted.len() as u64, P::NOUN)
        ))?;
        session.list(currency, &deleted)?;
    }
    Ok(Exit::Ok)
}

/// `customer 7`.
fn named<P: Party + Record>(party: &P) -> String {
    format!("{} {}", P::NOUN, party.identifier())
}

/// `1 customer`, `2 customers`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
