//! The router alone, to count what a decision executes.

use std::{cell::RefCell, hint::black_box};

use fastrand::Rng;
use gamma_router::{Action, Request, Router};

#[allow(dead_code, reason = "the benches use all of it")]
#[path = "../../../../../router/benches/decision/cases.rs"]
mod cases;

use cases::{Case, HEADERS};

thread_local! {
    static PREPARED: RefCell<Option<(Router, [Case; 3])>> = const { RefCell::new(None) };
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Writes a config of that many rules. Returns its length.
#[unsafe(no_mangle)]
pub extern "C" fn write(rules: u32) -> u32 {
    let config = cases::config(rules as usize);
    let length = config.len();
    TEXT.set(config);
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Reads the config and builds the router. Returns whether that went well.
#[unsafe(no_mangle)]
pub extern "C" fn configure(rules: u32) -> u32 {
    let built = TEXT.with_borrow(|text| {
        let config = gamma_config::parse(text.as_bytes()).ok()?;
        Router::new(&config, "shop").ok()
    });
    let prepared = built.map(|router| (router, cases::cases(rules as usize)));
    let is_built = prepared.is_some();
    PREPARED.set(prepared);
    u32::from(is_built)
}

/// Decides a case. Returns whether its request was forwarded, if the case has a rule, or not, if it
/// has none.
#[unsafe(no_mangle)]
pub extern "C" fn decide(case: u32) -> u32 {
    with(case, |router, case| {
        let decision = router.decide(&request(case), &mut Rng::with_seed(1));
        matches!(black_box(decision).action, Action::Forward { .. }) == case.rule.is_some()
    })
}

/// Whether the rule of a case wins.
#[unsafe(no_mangle)]
pub extern "C" fn is_right(case: u32) -> u32 {
    with(case, |router, case| {
        let decision = router.decide(&request(case), &mut Rng::with_seed(1));
        let won = decision
            .rule
            .and_then(|rule| Some(router.rule(rule)?.route().to_owned()));
        won == case.rule.map(cases::route)
    })
}

fn request(case: &Case) -> Request<'_, [(&'static str, &'static str); 8]> {
    Request {
        method: b"GET",
        scheme: b"http",
        authority: b"front",
        path: case.path.as_bytes(),
        destination: None,
        now: 0,
        headers: &HEADERS,
    }
}

fn with(case: u32, answer: impl FnOnce(&Router, &Case) -> bool) -> u32 {
    let answered = PREPARED.with_borrow(|prepared| {
        let (router, cases) = prepared.as_ref()?;
        Some(answer(router, cases.get(case as usize)?))
    });
    u32::from(answered == Some(true))
}
