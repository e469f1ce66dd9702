//! The numbers that an import gives or keeps: each year's series goes on without a gap.

use crate::app::bill::next_number;
use crate::domain::{BillNumber, BillingYear, Refusal};
use roaring::RoaringBitmap;

/// One year's series while it is imported into.
#[derive(Debug)]
pub(super) struct Series {
    year: BillingYear,
    /// The last place used before the import.
    last: u32,
    /// Whether the new bills come with numbers; unknown before the first.
    given: Option<bool>,
    /// The places of the numbers given to new bills.
    places: RoaringBitmap,
    /// Those of them that were given twice.
    doubled: RoaringBitmap,
    /// How many numbers were handed out.
    next: u32,
}

impl Series {
    /// A year's series, whose last place used is `last`, or 0.
    pub fn new(year: BillingYear, last: u32) -> Self {
        Self {
            year,
            last,
            given: None,
            places: RoaringBitmap::new(),
            doubled: RoaringBitmap::new(),
            next: 0,
        }
    }

    /// What is wrong with the number given for a new bill, or with giving none, if anything is. The new bills of a year all
    /// have one, or none.
    pub fn objection(&self, given: Option<BillNumber>) -> Option<String> {
        let year = self.year;
        if let Some(number) = given {
            if number.year() != year {
                return Some(format!(
                    "number {number} is not of the year of the bill's date, {year}: correct one of them, or number all \
                     bills anew with --renumber"
                ));
            }
            if number.sequence() <= self.last {
                return Some(format!(
                    "there is a bill {number} already: leave the number out, or number all anew with --renumber"
                ));
            }
        }
        if self.given.is_none_or(|before| before == given.is_some()) {
            return None;
        }
        let (this, others) = if given.is_some() {
            ("a", "none")
        } else {
            ("no", "some")
        };
        Some(format!(
            "this bill has {this} number, and those of {year} before it have {others}: number all bills of a year, or none, \
             or number all anew with --renumber"
        ))
    }

    /// A new bill comes with that number, or with none.
    pub fn add(&mut self, given: Option<BillNumber>) {
        self.given = Some(given.is_some());
        if let Some(number) = given
            && !self.places.insert(number.sequence())
        {
            self.doubled.insert(number.sequence());
        }
    }

    /// A new bill that was added is refused after all.
    pub fn remove(&mut self, given: Option<BillNumber>) {
        if let Some(number) = given {
            self.places.remove(number.sequence());
        }
    }

    /// Whether several new bills bear that number.
    pub fn is_doubled(&self, number: BillNumber) -> bool {
        self.doubled.contains(number.sequence())
    }

    /// Whether any number was given twice.
    pub fn has_doubled(&self) -> bool {
        !self.doubled.is_empty()
    }

    /// The last place up to which there is no gap.
    fn end_of_run(&self) -> u32 {
        let mut end = self.last;
        for place in &self.places {
            if place != end + 1 {
                break;
            }
            end = place;
        }
        end
    }

    /// What gap the year's numbers would have after the import, if any: the last number before it, and what to say.
    pub fn gap(&self) -> Option<(u32, String)> {
        let end = self.end_of_run();
        let mut behind = self.places.iter();
        behind.advance_to(end + 1);
        let next = behind.next()?;
        let shown = |place| {
            BillNumber::new(self.year, place)
                .map_or(self.year.to_string(), |number| number.to_string())
        };
        let text = match end {
            0 => format!("{} would begin with {}", self.year, shown(next)),
            end => format!(
                "{} would go from {} to {}",
                self.year,
                shown(end),
                shown(next)
            ),
        };
        Some((end, text))
    }

    /// The number of the next new bill: the one given, or the next of the year.
    pub fn number(&mut self, given: Option<BillNumber>) -> Result<BillNumber, Refusal> {
        if let Some(number) = given {
            return Ok(number);
        }
        let number = next_number(self.year, self.last + self.next)?;
        self.next += 1;
        Ok(number)
    }
}
