//! A bill, its items and its life.

use super::{
    BillNumber, BilledCustomer, BilledProduct, BillingYear, Currency, FieldChange, Mismatch, Money,
    Quantity, Reference, Refusal, ValueError, fixed::shown,
};
use chrono::{Datelike as _, NaiveDate};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The most items a bill holds: a line number has five digits.
pub const MAX_ITEMS: usize = 99_999;

/// Where a bill is in its life: pending, then paid or cancelled. A payment can be taken back, a cancellation cannot.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum BillStatus {
    /// Issued, and still to be paid. Only now can anything about it change.
    Pending,
    /// Settled.
    Paid,
    /// Void for ever; it keeps its number.
    Cancelled,
}

impl BillStatus {
    /// All of them, in the order of a bill's life.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Paid, Self::Cancelled];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for BillStatus {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| {
                ValueError(format!(
                    "'{}' is not a status: write pending, paid or cancelled",
                    shown(text)
                ))
            })
    }
}

impl fmt::Display for BillStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One line of a bill. Invariant: `total` is `quantity` x `unit_price`, rounded as [`Money::times`] does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    product: Arc<BilledProduct>,
    quantity: Quantity,
    unit_price: Money,
    total: Money,
}

impl Item {
    /// Bills `quantity` of a product at a unit price.
    pub fn new(
        product: Arc<BilledProduct>,
        quantity: Quantity,
        unit_price: Money,
        currency: Currency,
    ) -> Result<Self, Refusal> {
        let total = unit_price.times(quantity, currency)?;
        Ok(Self {
            product,
            quantity,
            unit_price,
            total,
        })
    }

    /// An item read back, whose stored total must be what is computed.
    pub fn stored(
        product: Arc<BilledProduct>,
        quantity: Quantity,
        unit_price: Money,
        total: Money,
        currency: Currency,
    ) -> Result<Self, Mismatch> {
        let item = Self::new(product, quantity, unit_price, currency)
            .map_err(|error| Mismatch(error.to_string()))?;
        if item.total == total {
            Ok(item)
        } else {
            Err(Mismatch(format!(
                "{quantity} x {unit_price} is {}, and {total} is stored",
                item.total
            )))
        }
    }

    /// The product as billed.
    pub fn product(&self) -> &Arc<BilledProduct> {
        &self.product
    }

    /// How much of it.
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// The price of one.
    pub fn unit_price(&self) -> Money {
        self.unit_price
    }

    /// The line's total, rounded to the currency's minor digits.
    pub fn total(&self) -> Money {
        self.total
    }
}

impl fmt::Display for Item {
    /// The form of a history entry: `Widget (product 7), 2 x 5 = 10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            product,
            quantity,
            unit_price,
            total,
        } = self;
        write!(
            f,
            "{} (product {}), {quantity} x {unit_price} = {total}",
            product.name, product.product_id
        )
    }
}

/// A bill as issued.
///
/// Invariants: it has 1 to [`MAX_ITEMS`] items; its total is the sum of theirs and not below zero; its date lies in the
/// year of its number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bill {
    pub(super) number: BillNumber,
    pub(super) customer: Arc<BilledCustomer>,
    pub(super) date: NaiveDate,
    pub(super) status: BillStatus,
    pub(super) reference: Option<Reference>,
    pub(super) items: Vec<Item>,
    pub(super) total: Money,
}

impl Bill {
    /// Issues a bill under a number of its date's year.
    pub fn new(
        number: BillNumber,
        customer: Arc<BilledCustomer>,
        date: NaiveDate,
        status: BillStatus,
        reference: Option<Reference>,
        items: Vec<Item>,
    ) -> Result<Self, Refusal> {
        if BillingYear::of(date) != number.year() {
            return Err(Refusal::OtherYear {
                number,
                year: number.year(),
            });
        }
        let total = total_of(&items)?;
        Ok(Self {
            number,
            customer,
            date,
            status,
            reference,
            items,
            total,
        })
    }

    /// A bill read back, whose stored total must be what its items add up to.
    pub fn stored(self, total: Money) -> Result<Self, Mismatch> {
        if self.total == total {
            Ok(self)
        } else {
            Err(Mismatch(format!(
                "its items add up to {}, and a total of {total} is stored",
                self.total
            )))
        }
    }

    /// The number, which also names the partition.
    pub fn number(&self) -> BillNumber {
        self.number
    }

    /// The customer as billed.
    pub fn customer(&self) -> &Arc<BilledCustomer> {
        &self.customer
    }

    /// The date of issue.
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// Where it is in its life.
    pub fn status(&self) -> BillStatus {
        self.status
    }

    /// The number that another system gave it.
    pub fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref()
    }

    /// The lines, in order; line numbers count from 1.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The sum of the lines.
    pub fn total(&self) -> Money {
        self.total
    }

    /// Settles a pending bill.
    pub fn pay(&mut self) -> Result<FieldChange, Refusal> {
        let way_out = match self.status {
            BillStatus::Cancelled => ": create a new bill",
            _ => "",
        };
        self.require_pending("paid", way_out)?;
        Ok(self.turn(BillStatus::Paid))
    }

    /// Voids a pending bill for ever.
    pub fn cancel(&mut self) -> Result<FieldChange, Refusal> {
        let way_out = match self.status {
            BillStatus::Paid => ": take the payment back first with 'bill reopen'",
            _ => "",
        };
        self.require_pending("cancelled", way_out)?;
        Ok(self.turn(BillStatus::Cancelled))
    }

    /// Takes the payment of a paid bill back.
    pub fn reopen(&mut self, reason: &str) -> Result<FieldChange, Refusal> {
        if self.status != BillStatus::Paid {
            return Err(Refusal::NotPaid {
                number: self.number,
                status: self.status,
            });
        }
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        Ok(self.turn(BillStatus::Pending))
    }

    pub(super) fn require_pending(
        &self,
        verb: &'static str,
        way_out: &'static str,
    ) -> Result<(), Refusal> {
        if self.status == BillStatus::Pending {
            return Ok(());
        }
        Err(Refusal::NotPending {
            number: self.number,
            status: self.status,
            verb,
            way_out,
        })
    }

    fn turn(&mut self, status: BillStatus) -> FieldChange {
        let old = std::mem::replace(&mut self.status, status);
        FieldChange::new("status", old.as_str(), status.as_str())
    }

    /// Appends everything the bill holds to `bytes`, in a form in which two different bills never look alike: what its
    /// checksum is taken over. The form is part of the schema's version; changing it means a new one.
    pub fn canonical_bytes(&self, bytes: &mut Vec<u8>) {
        let mut number = |value: i64| bytes.extend_from_slice(&value.to_le_bytes());
        number(self.number.id());
        number(self.customer.customer_id.get());
        number(i64::from(self.date.num_days_from_ce()));
        number(self.status as i64);
        number(self.total.ten_thousandths());
        number(i64::try_from(self.items.len()).unwrap_or(i64::MAX));
        text(bytes, self.customer.name.as_str());
        text(
            bytes,
            self.customer
                .email
                .as_ref()
                .map_or("", |email| email.as_str()),
        );
        text(bytes, self.customer.address.as_str());
        text(
            bytes,
            self.reference
                .as_ref()
                .map_or("", |reference| reference.as_str()),
        );
        for item in &self.items {
            let mut number = |value: i64| bytes.extend_from_slice(&value.to_le_bytes());
            number(item.product.product_id.get());
            number(item.quantity.ten_thousandths());
            number(item.unit_price.ten_thousandths());
            number(item.total.ten_thousandths());
            text(bytes, item.product.name.as_str());
        }
    }
}

/// A text behind its length, so that no two sequences of texts run into the same bytes.
fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// The sum of rounded lines, never rounded again (EN 16931, BR-CO-10).
pub(super) fn total_of(items: &[Item]) -> Result<Money, Refusal> {
    if items.is_empty() {
        return Err(Refusal::NoItems);
    }
    if items.len() > MAX_ITEMS {
        return Err(Refusal::TooManyItems { given: items.len() });
    }
    let total = items
        .iter()
        .try_fold(Money::ZERO, |sum, item| sum.plus(item.total))?;
    if total < Money::ZERO {
        return Err(Refusal::NegativeTotal { total });
    }
    Ok(total)
}
