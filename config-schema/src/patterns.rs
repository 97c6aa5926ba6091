//! What the regular expressions of a route table match, compiled.

use crate::describe::describe_object;

describe_object! {
    /// The regular expressions of a table's matches as automata, which `gammactl` makes: they take one step for each
    /// byte of a text, whatever the expressions are, and read them as RE2 does, the engine of Envoy. An expression
    /// that has none is left to an engine in the filter that is slower, and reads some of them otherwise.
    #[derive(Hash)]
    pub struct Patterns: Default {
        /// Automata in base64, each of which the members below refer to by its index. They stay text until a table is
        /// compiled: a proxy may need few of a config's tables.
        #[schema(each(text(BASE64)))]
        optional "automata" => automata: Vec<String>,
        /// Expressions of path matches.
        optional "paths" => paths: Vec<PathPatterns>,
        /// Expressions of matches of headers and query parameters.
        optional "values" => values: Vec<ValuePattern>,
    }
}

describe_object! {
    /// Expressions of path matches that begin with the same elements.
    #[derive(Hash)]
    pub struct PathPatterns {
        /// The elements with which every path begins that one of them matches, without a `/` at the end. Absent:
        /// they have none in common.
        #[schema(text(PATH_OR_NOTHING))]
        optional "prefix" => prefix: String,
        /// Which automaton reads what follows the prefix in a path, up to the query.
        required "automaton" => automaton: u32,
        /// The expressions as they stand in matches, in the order in which the automaton numbers them.
        required "patterns" => patterns: Vec<String>,
    }
}

describe_object! {
    /// An expression of matches of headers or query parameters.
    #[derive(Hash)]
    pub struct ValuePattern {
        /// The expression as it stands in matches.
        required "pattern" => pattern: String,
        /// Which automaton reads a value. It numbers the expression 0.
        required "automaton" => automaton: u32,
    }
}

impl Patterns {
    /// Whether no expression has an automaton.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.automata.is_empty() && self.paths.is_empty() && self.values.is_empty()
    }
}
