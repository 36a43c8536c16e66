//! One page of a result.

/// Some rows of a result, and how many there are altogether.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// The number of rows on all pages.
    pub total: u64,
    /// The number of this page, from 1 on.
    pub number: u64,
    /// How many rows a full page has.
    pub size: u32,
}

impl<T> Page<T> {
    /// The number of pages.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(u64::from(self.size.max(1)))
    }

    /// Whether there is a page after this one.
    pub fn has_next(&self) -> bool {
        self.number < self.pages()
    }

    /// Whether there is a page before this one.
    pub fn has_previous(&self) -> bool {
        self.number > 1
    }
}
