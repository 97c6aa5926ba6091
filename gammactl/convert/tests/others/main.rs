//! Random ServiceProfiles and TrafficSplits decide every request as before: asked of interpreters of Linkerd's API and of SMI that
//! share nothing with the conversion, and of the filter's own router with the routes that were written. `LISTS=100000 cargo
//! test --release -p gamma-convert --test others` tries more of them.

mod profile;
mod routed;
mod split;
