//! Whom and what the names on new bills mean.

use super::draft::Draft;
use super::layout::field;
use super::planner::{Planner, problem};
use crate::app::AppError;
use crate::app::lookup::PricedProduct;
use crate::domain::{BilledCustomer, CustomerRef, Money, ProductRef};
use crate::transfer::problems::{Flaws, Problem, about_the_row};
use std::sync::Arc;

impl Planner<'_> {
    /// Of a bill that is wrong already, tells as well which names on it mean nothing.
    pub(super) fn check_names(&mut self, draft: &mut Draft) -> anyhow::Result<()> {
        let mut found = Flaws::default();
        if let Some(which) = &draft.customer {
            self.customer(which, draft, &mut found)?;
        }
        for item in &draft.items {
            self.product(&item.product, item.unit_price, item.line, &mut found)?;
        }
        draft.problems.append(found);
        draft.problems.sort();
        Ok(())
    }

    /// The customer of a new bill; `None`, and a problem, where there is none.
    pub fn customer(
        &mut self,
        which: &CustomerRef,
        draft: &Draft,
        problems: &mut Flaws,
    ) -> anyhow::Result<Option<Arc<BilledCustomer>>> {
        if let Some(known) = self.missing.known_customer(which).filter(|_| self.may_make) {
            return Ok(Some(known));
        }
        let error = match self.lookup.customer(self.tx, which) {
            Ok(found) => return Ok(Some(found)),
            Err(error) => error,
        };
        if self.may_make
            && is_not_found(&error)
            && let Some(missing) = self.missing.customer(which)
        {
            return Ok(Some(missing));
        }
        let message = about_the_row(error)?;
        problems.push(problem(
            draft,
            self.fields[0].name(field::CUSTOMER),
            message,
        ));
        Ok(None)
    }

    /// The product of a new item and the price that holds where none is given; `None`, and a problem, where there is none.
    pub fn product(
        &mut self,
        which: &ProductRef,
        price: Option<Money>,
        line: u64,
        problems: &mut Flaws,
    ) -> anyhow::Result<Option<PricedProduct>> {
        if let Some(product) = self.missing.known_product(which).filter(|_| self.may_make)
            && let Some(price) = price
        {
            return Ok(Some(PricedProduct { product, price }));
        }
        let error = match self.lookup.product(self.tx, which) {
            Ok(found) => return Ok(Some(found)),
            Err(error) => error,
        };
        let mut message = None;
        if self.may_make && is_not_found(&error) && matches!(which, ProductRef::Name(_)) {
            if let Some(price) = price
                && let Some(product) = self.missing.product(which)
            {
                return Ok(Some(PricedProduct { product, price }));
            }
            message = Some(format!(
                "there is no product '{which}', and none can be made of it without a unit price: give one"
            ));
        }
        let message = match message {
            Some(message) => message,
            None => about_the_row(error)?,
        };
        problems.push(Problem {
            side: self.items_side(),
            line,
            column: self.fields[1].name(field::PRODUCT),
            message,
        });
        Ok(None)
    }
}

fn is_not_found(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(AppError::NotFound { .. }))
}
