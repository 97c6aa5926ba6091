//! The block `http`: what is for all servers, the maps, the upstreams and the servers.

use crate::{
    maps,
    options::NginxOptions,
    plan::Plan,
    server,
    syntax::{Item, block, comment, line},
    upstreams,
};

/// nginx's own is 2048.
const LEAST_MAP: usize = 2048;
/// A line of the processor's cache, which nginx takes unless it is told otherwise.
const LEAST_BUCKET: usize = 64;
/// What a bucket has besides the text of a key.
const KEY_OVERHEAD: usize = 32;
/// Names of headers have at most 256 bytes in the Gateway API.
const HEADER_BUCKET: &str = "512";

pub(crate) fn http(plan: &Plan<'_>, options: &NginxOptions) -> Item {
    let maps = maps::maps(plan, options);
    let mut items = vec![
        comment(
            "A variable for x-gamma-cluster is also one for x_gamma_cluster, which the filter does not take away: a\n\
             client could choose its upstream. So headers with an underscore are dropped, as nginx does by itself.",
        ),
        line(["underscores_in_headers", "off"]),
        line(["ignore_invalid_headers", "on"]),
        comment("Names of Services are longer than nginx expects."),
        line(["map_hash_max_size", &largest(&maps).to_string()]),
        line(["map_hash_bucket_size", &bucket(&maps).to_string()]),
        line(["proxy_headers_hash_max_size", "4096"]),
        line(["proxy_headers_hash_bucket_size", HEADER_BUCKET]),
    ];
    if let Some(resolver) = &options.resolver {
        items.push(comment("Services without EndpointSlices are asked for by name, again whenever an answer has expired."));
        items.push(line(["resolver", resolver]));
    }
    items.extend(maps);
    items.extend(upstreams::upstreams(plan, options));
    items.extend(server::servers(plan, options));
    for file in &options.include {
        items.push(line(["include", file]));
    }
    block(["http"], items)
}

/// The keys of each map.
fn keys(maps: &[Item]) -> impl Iterator<Item = &Vec<Item>> {
    maps.iter().filter_map(|item| match item {
        Item::Block(_, keys) => Some(keys),
        _ => None,
    })
}

/// Twice as many places as keys.
fn largest(maps: &[Item]) -> usize {
    let most = keys(maps).map(Vec::len).max().unwrap_or_default();
    most.saturating_mul(2).next_power_of_two().max(LEAST_MAP)
}

/// A bucket has to hold the longest key.
fn bucket(maps: &[Item]) -> usize {
    let keys = keys(maps).flatten().filter_map(|item| match item {
        Item::Line(words) => words.first(),
        _ => None,
    });
    let longest = keys.map(String::len).max().unwrap_or_default();
    longest
        .saturating_add(KEY_OVERHEAD)
        .next_power_of_two()
        .max(LEAST_BUCKET)
}
