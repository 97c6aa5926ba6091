//! Which module goes to which sidecars: a new one to a few first, and to the others once those have taken it.

use std::time::Duration;

use gamma_envoy::istio::Image;
use gamma_registry::Digest;
use kube::Client;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use crate::{
    log::{Level, write},
    module,
    options::{Canary, ControllerOptions},
    sidecars::{self, TrialState},
};

/// How often the sidecars of a canary are asked.
const PERIOD: Duration = Duration::from_secs(2);
/// From when on it is told that a canary has not taken the module, and how often.
const LATE: Duration = Duration::from_secs(60);

/// Which module which sidecars get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rollout {
    /// All of them this one.
    Whole(Image),
    /// Those of the canary this one, and the others what they had.
    Trial {
        canary: Canary,
        module: Image,
        stable: Option<Image>,
    },
}

/// Says to `rollouts` how `wanted` gets to the sidecars, step by step, until all have it.
///
/// What the sidecars have is what the cluster's WasmPlugin says. So a replica that takes over in the middle of a
/// trial goes on with it, and going back to the module before needs none.
pub(crate) async fn roll_out(
    client: Client,
    options: ControllerOptions,
    wanted: Image,
    rollouts: mpsc::UnboundedSender<Rollout>,
) {
    if let Some(canary) = &options.canary {
        let stable = in_force(&client, &options).await;
        if stable.as_ref() != Some(&wanted) {
            let fields = json!({ "url": wanted.url, "canary": canary.to_string() });
            write(Level::Info, "the module goes to a canary first", fields);
            let _ = rollouts.send(Rollout::Trial {
                canary: canary.clone(),
                module: wanted.clone(),
                stable,
            });
            until_loaded(&client, canary, &revision(&wanted)).await;
            write(Level::Info, "the module goes to all sidecars", json!({}));
        }
    }
    // Nobody listens any more where another replica has taken over.
    let _ = rollouts.send(Rollout::Whole(wanted));
}

/// A name for the config of a module on trial, which its sidecars count when they have taken it.
pub(crate) fn revision(image: &Image) -> String {
    let image = format!("{} {}", image.url, image.sha256.as_deref().unwrap_or("-"));
    Digest::of(image.as_bytes())
        .hex()
        .chars()
        .take(16)
        .collect()
}

/// What the sidecars have by now.
async fn in_force(client: &Client, options: &ControllerOptions) -> Option<Image> {
    loop {
        match module::of_plugin(client, options).await {
            Ok(image) => return image,
            Err(error) => {
                let fields = json!({ "error": error.to_string() });
                write(Level::Warning, "the WasmPlugin can't be read", fields);
                sleep(PERIOD).await;
            }
        }
    }
}

/// Waits until every sidecar of the canary has taken the config of that revision.
async fn until_loaded(client: &Client, canary: &Canary, revision: &str) {
    let mut told = Instant::now();
    loop {
        let missing = match sidecars::loaded(client, canary, revision).await {
            Ok(TrialState { by, of: all }) if by == all && all > 0 => return,
            Ok(TrialState { of: 0, .. }) => "there are none".into(),
            Ok(TrialState { by, of: all }) => format!("{by} of {all} have"),
            Err(error) => format!("{error:#}"),
        };
        if told.elapsed() > LATE {
            told = Instant::now();
            write(
                Level::Error,
                "the sidecars of the canary have not taken the module, and no others get it: the logs of istio-proxy \
                 there say why. Set the image back to undo this, or take the canary away to give it to all",
                json!({ "canary": canary.to_string(), "sidecars": missing }),
            );
        }
        sleep(PERIOD).await;
    }
}
