//! Bringing a bill to the state in which another record of it is.

use super::Deed;
use crate::domain::{
    Action, Bill, BillEdit, BillStatus, Currency, FieldChange, HistoryEntry, Refusal,
};

/// Changes `old` into what `target` says by the deeds that a user could do: an edit, then a payment or a cancellation. Returns
/// the bill with an entry for each deed; none when it is so already. A payment is not taken back in this way, for that
/// needs a reason of its own.
pub fn adopt(
    old: &Bill,
    target: &Bill,
    deed: &Deed,
    currency: Currency,
) -> Result<(Bill, Vec<HistoryEntry>), Refusal> {
    debug_assert_eq!(old.number(), target.number());
    let mut new = old.clone();
    let mut history = Vec::new();
    let edit = edit_to(old, target);
    if let Some(edit) = edit {
        let changes: Vec<FieldChange> = new.edit(edit, currency)?;
        history.push(deed.entry(Action::Edit, changes));
    }
    match (new.status(), target.status()) {
        (from, to) if from == to => {}
        (_, BillStatus::Paid) => history.push(deed.entry(Action::Pay, vec![new.pay()?])),
        (_, BillStatus::Cancelled) => history.push(deed.entry(Action::Cancel, vec![new.cancel()?])),
        (status, BillStatus::Pending) => {
            return Err(Refusal::NotPending {
                number: old.number(),
                status,
                verb: "taken over as pending",
                way_out: if status == BillStatus::Paid {
                    ": take the payment back first with 'bill reopen'"
                } else {
                    ": create a new bill"
                },
            });
        }
    }
    Ok((new, history))
}

/// The edit that makes everything but the status as `target` has it, if anything differs.
fn edit_to(old: &Bill, target: &Bill) -> Option<BillEdit> {
    let mut edit = BillEdit::default();
    let mut differs = false;
    if old.customer() != target.customer() {
        edit.customer = Some(target.customer().clone());
        differs = true;
    }
    if old.date() != target.date() {
        edit.date = Some(target.date());
        differs = true;
    }
    if old.reference() != target.reference() {
        edit.reference = Some(target.reference().cloned());
        differs = true;
    }
    if old.items() != target.items() {
        edit.remove = (1..=old.items().len()).collect();
        edit.add = target.items().to_vec();
        differs = true;
    }
    differs.then_some(edit)
}
