//! One page of a result.

/// Some rows of a result, and how many there are altogether.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// The same page with each row made into something else.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use rowsmith_runtime::Page;
    /// use rowsmith_test_trees::blog::User;
    ///
    /// let page = User::select().order_by(User::NAME).page(db, 1, 20).await?;
    /// let names: Page<String> = page.map(|user| user.name);
    /// # Ok(()) }
    /// ```
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(each).collect(),
            total: self.total,
            number: self.number,
            size: self.size,
        }
    }

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
