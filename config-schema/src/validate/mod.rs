//! Validation: what types can't say, such as ranges, characters that must not reach the wire, and
//! lists that must agree.

mod filters;
mod frontends;
mod identities;
mod patterns;
mod problems;
mod rule;
mod settings;
mod table;
mod taken;
mod validator;
mod wire_text;

pub(crate) use validator::Validator;
