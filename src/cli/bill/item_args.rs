//! Bill items as they are written on the command line.
//!
//! A product's name may hold any character, so an item is read from its end: what follows the last colon is quantity and
//! price if it reads as such, and a part of the name if not. What was clearly meant as a number but is none is an error
//! of its own, or a slip in a price would be reported as a product that does not exist.

use crate::app::bill::{LineChange, NewItem};
use crate::domain::{Money, ProductRef, Quantity, ValueError};
use std::str::FromStr;

/// `PRODUCT[:QUANTITY[@PRICE]]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ItemArg(NewItem);

impl From<ItemArg> for NewItem {
    fn from(arg: ItemArg) -> Self {
        arg.0
    }
}

impl FromStr for ItemArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (product, tail) = split(text, ':', amounts)?;
        let (quantity, unit_price) = tail.unwrap_or((Quantity::ONE, None));
        Ok(Self(NewItem {
            product: product.parse()?,
            quantity,
            unit_price,
        }))
    }
}

/// `LINE=[PRODUCT][:QUANTITY][@PRICE]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineArg {
    /// The line, from 1.
    pub line: usize,
    /// What becomes of it.
    pub change: LineChange,
}

impl FromStr for LineArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let no_change = || {
            ValueError::new(format!(
                "'{text}' changes no line: write its number and what becomes of it, as in 2=Widget, 2=:3, 2=@9.99 or \
                 2=Widget:3@9.99"
            ))
        };
        let (line, change) = text.split_once('=').ok_or_else(no_change)?;
        let line = line
            .parse()
            .ok()
            .filter(|line| *line > 0)
            .ok_or_else(no_change)?;
        let (product, quantity, unit_price) = match split(change, ':', amounts)? {
            (product, Some((quantity, unit_price))) => (product, Some(quantity), unit_price),
            (rest, None) => {
                let (product, unit_price) = split(rest, '@', Money::from_str)?;
                (product, None, unit_price)
            }
        };
        let product: Option<ProductRef> = Some(product)
            .filter(|name| !name.is_empty())
            .map(str::parse)
            .transpose()?;
        if product.is_none() && quantity.is_none() && unit_price.is_none() {
            return Err(no_change());
        }
        Ok(Self {
            line,
            change: LineChange {
                product,
                quantity,
                unit_price,
            },
        })
    }
}

/// Splits off what follows the last `mark`, if it reads as a value or was meant to: without a text before the mark there
/// is no name that it could belong to.
fn split<T>(
    text: &str,
    mark: char,
    read: impl FnOnce(&str) -> Result<T, ValueError>,
) -> Result<(&str, Option<T>), ValueError> {
    let Some((head, tail)) = text.rsplit_once(mark) else {
        return Ok((text, None));
    };
    match read(tail) {
        Ok(value) => Ok((head, Some(value))),
        Err(error) if head.is_empty() || is_meant(tail) => Err(error),
        Err(_) => Ok((text, None)),
    }
}

/// `QUANTITY[@PRICE]`.
fn amounts(text: &str) -> Result<(Quantity, Option<Money>), ValueError> {
    let (quantity, price) = text
        .split_once('@')
        .map_or((text, None), |(quantity, price)| (quantity, Some(price)));
    Ok((quantity.parse()?, price.map(str::parse).transpose()?))
}

/// Whether a text was meant as numbers: it begins like one and holds no letter up to a price, or is another program's idea
/// of a number, as `1e3` and `NaN` are.
fn is_meant(text: &str) -> bool {
    let first = text.split('@').next().unwrap_or(text);
    let begins = text.starts_with(|first: char| first.is_ascii_digit() || "-+.@".contains(first));
    begins && !first.contains(char::is_alphabetic) || first.parse::<f64>().is_ok()
}
