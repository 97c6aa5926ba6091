//! The results of test cases, in the formats that people and tools read.

mod json;
mod junit;
mod text;

pub use json::json;
pub use junit::junit;
pub use text::text;

use super::run::FileResult;

/// The results of several case files.
#[derive(Debug)]
pub struct Results {
    /// One entry per file.
    pub files: Vec<FileResult>,
    /// How many tests were left out of `files`.
    pub filtered_out: usize,
}

impl Results {
    /// The results of tests whose file and name, as in `cart.cases.yaml: GET http://cart/`, contain
    /// `filter`. The test of a file with mistakes always stays.
    #[must_use]
    pub fn new(mut files: Vec<FileResult>, filter: &str) -> Self {
        let mut filtered_out = 0;
        for FileResult { name, tests, .. } in &mut files {
            tests.retain(|test| {
                let keep = test.is_the_file() || full_name(name, &test.name).contains(filter);
                filtered_out += usize::from(!keep);
                keep
            });
        }
        Self {
            files,
            filtered_out,
        }
    }

    /// How many tests passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.count(true)
    }

    /// How many tests failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.count(false)
    }

    fn count(&self, passed: bool) -> usize {
        let tests = self.files.iter().flat_map(|file| &file.tests);
        tests.filter(|test| test.passed() == passed).count()
    }
}

fn full_name(file: &str, test: &str) -> String {
    format!("{file}: {test}")
}
