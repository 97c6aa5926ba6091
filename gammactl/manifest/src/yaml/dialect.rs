//! The two dialects of YAML: what kubectl reads, and what everybody else writes.

/// How YAML is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// As kubectl does, restrictions included: for manifests.
    Kubectl,
    /// Files that kubectl never sees, like test cases and fragments of a bootstrap. As in YAML 1.2, a `?`
    /// within brackets is a letter (`{request: cart/a?b=c}`), a `:` before a bracket ends a key
    /// (`{expect:}`), and a key is the text that is written.
    Plain,
}
