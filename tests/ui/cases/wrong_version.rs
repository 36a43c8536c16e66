// What is at the top of a tree that a generator of another version wrote.

const _: () = ::rowsmith_runtime::assert_format(0);

fn main() {}
