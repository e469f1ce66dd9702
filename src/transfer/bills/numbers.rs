//! The numbers that an import gives or keeps: each year's series goes on without a gap.

use crate::app::bill::next_number;
use crate::domain::{BillNumber, BillingYear};

/// One year's series while it is imported into.
#[derive(Debug)]
pub(super) struct Series {
    year: BillingYear,
    /// The last place used before the import.
    last: u32,
    /// How many bills came.
    count: u32,
    lowest: u32,
    highest: u32,
    /// Whether the bills come with numbers; unknown before the first.
    given: Option<bool>,
    /// The first place in the file where a number does not follow on the one before.
    jump: Option<(u32, u32)>,
    /// Whether no number was below the one before: only then is the jump the gap.
    ascending: bool,
}

impl Series {
    /// A year's series, whose last place used is `last`, or 0.
    pub fn new(year: BillingYear, last: u32) -> Self {
        Self {
            year,
            last,
            count: 0,
            lowest: u32::MAX,
            highest: last,
            given: None,
            jump: None,
            ascending: true,
        }
    }

    /// The year.
    pub fn year(&self) -> BillingYear {
        self.year
    }

    /// Whether a number was not there before the import.
    pub fn is_new(&self, number: BillNumber) -> bool {
        number.year() == self.year && number.sequence() > self.last
    }

    /// The number of the next bill: the one given, or the next of the year. The bills of a year all have one, or none.
    pub fn number(&mut self, given: Option<BillNumber>) -> Result<BillNumber, String> {
        let (year, before) = (self.year, self.given);
        let number = match given {
            Some(number) if number.year() != year => {
                return Err(format!(
                    "number {number} is not of the year of the bill's date, {year}: correct one of them, or number all \
                     bills anew with --renumber"
                ));
            }
            Some(number) => number,
            None => {
                next_number(year, self.last + self.count).map_err(|refusal| refusal.to_string())?
            }
        };
        if before.is_some_and(|before| before != given.is_some()) {
            let (this, others) = if given.is_some() {
                ("a", "none")
            } else {
                ("no", "some")
            };
            return Err(format!(
                "this bill has {this} number, and those of {year} before it have {others}: number all bills of a year, or \
                 none, or number all anew with --renumber"
            ));
        }
        self.given = Some(given.is_some());
        self.count += 1;
        self.follow(number.sequence());
        Ok(number)
    }

    fn follow(&mut self, sequence: u32) {
        let previous = if self.count == 1 {
            self.last
        } else {
            self.highest
        };
        if sequence <= previous {
            self.ascending = false;
        } else if sequence > previous + 1 && self.jump.is_none() {
            self.jump = Some((previous, sequence));
        }
        self.lowest = self.lowest.min(sequence);
        self.highest = self.highest.max(sequence);
    }

    /// What gap the year's numbers would have after the import, if any. That no number comes twice is for the book to see.
    pub fn gap(&self) -> Option<String> {
        let Self {
            year, last, count, ..
        } = *self;
        let shown = |sequence| {
            BillNumber::new(year, sequence).map_or(year.to_string(), |number| number.to_string())
        };
        if self.highest == last + count && (count == 0 || self.lowest == last + 1) {
            return None;
        }
        let (from, to) = match self.jump {
            Some(jump) if self.ascending => jump,
            _ if self.lowest > last + 1 => (last, self.lowest),
            _ => {
                let missing = self.highest.saturating_sub(last + count);
                let highest = shown(self.highest);
                return Some(format!(
                    "{year} would lack {missing} of the numbers before {highest}"
                ));
            }
        };
        Some(match from {
            0 => format!("{year} would begin with {}", shown(to)),
            from => format!("{year} would go from {} to {}", shown(from), shown(to)),
        })
    }
}
