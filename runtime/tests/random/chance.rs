//! Numbers that look like chance and are the same whenever the seed is.

/// SplitMix64, and what it was used to make.
pub struct Chance {
    state: u64,
    /// The values of the case in the order in which they were made, for the report of a failure: the
    /// SQL text has `$1` in their places.
    pub values: Vec<String>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed,
            values: Vec::new(),
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this one.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Now and then none.
    pub fn perhaps<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.one_in(5)).then(|| make(self))
    }
}
