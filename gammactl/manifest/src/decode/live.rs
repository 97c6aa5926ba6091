//! Objects of a cluster, whose texts change one by one: what did not change is not decoded again.

use std::collections::HashMap;

use super::{DecodedPart, Reading, merge::Merge, parallel};
use crate::{
    Manifests,
    diagnostic::Diagnostics,
    source::Sources,
    yaml::{self, Dialect},
};

/// The objects of a cluster, each with its own text, and what was read of them.
#[derive(Debug, Default)]
pub struct LiveObjects {
    /// A text for each object, at a place that it keeps; empty ones are free.
    sources: Sources,
    /// What was read of each text.
    parts: Vec<Option<DecodedPart>>,
    places: HashMap<String, u32>,
    free: Vec<u32>,
}

impl LiveObjects {
    /// The texts, into which places of the last [`decode`](Self::decode) point.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Decodes `objects`, which are all that there are: each with a name that no other one has, and its text.
    /// Those that name no namespace are put into `default_namespace`, which is always the same one.
    ///
    /// The result is that of [`decode`](super::decode) of the same texts, but for the order of objects.
    pub fn decode<'t>(
        &mut self,
        objects: impl IntoIterator<Item = (&'t str, &'t str)>,
        default_namespace: &str,
        diagnostics: &mut Diagnostics,
    ) -> Manifests {
        let changed = self.update(objects);
        let reading = Reading {
            sources: &self.sources,
            default_namespace,
        };
        let read = parallel::map_chunks(&changed, |files| {
            let one = |file: &u32| (*file, reading.source(*file));
            files.iter().map(one).collect::<Vec<_>>()
        });
        for (file, part) in read.into_iter().flatten() {
            self.parts[file as usize] = Some(part);
        }
        let mut merge = Merge::new(&self.sources);
        for (manifests, found) in self.parts.iter().flatten() {
            diagnostics.extend(found.clone());
            merge.add(manifests.clone(), diagnostics);
        }
        merge.finish()
    }

    /// Takes the texts over, and says which have to be read.
    fn update<'t>(&mut self, objects: impl IntoIterator<Item = (&'t str, &'t str)>) -> Vec<u32> {
        let mut changed = Vec::new();
        let mut gone = vec![true; self.parts.len()];
        for (name, text) in objects {
            if let Some(&file) = self.places.get(name) {
                if let Some(gone) = gone.get_mut(file as usize) {
                    *gone = false;
                }
                if self.sources.text(file) != text {
                    self.sources.replace_live(file, name, text);
                    changed.push(file);
                }
                continue;
            }
            // A place that this call frees is taken by a later one only: until then its text is looked at.
            let file = match self.free.pop() {
                Some(file) => {
                    self.sources.replace_live(file, name, text);
                    gone[file as usize] = false;
                    file
                }
                None => {
                    self.parts.push(None);
                    self.sources.add_live(name, text)
                }
            };
            self.places.insert(name.into(), file);
            changed.push(file);
        }
        for (file, _) in gone.into_iter().enumerate().filter(|(_, gone)| *gone) {
            if self.parts[file].take().is_some() {
                let file = file as u32;
                let name = self.sources.name(file).to_owned();
                self.places.remove(&name);
                self.sources.replace_live(file, "", "");
                self.free.push(file);
            }
        }
        changed
    }
}

impl Reading<'_> {
    /// What one text has.
    fn source(&self, file: u32) -> DecodedPart {
        let text = self.sources.text(file);
        self.documents(&yaml::documents(file, text, Dialect::Kubectl))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, port: &str) -> (String, String) {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n\
             spec: {{ports: [{{port: {port}}}]}}\n"
        );
        (format!("Service/shop/{name}"), text)
    }

    /// Names with their ports, and what is wrong, by the name of the text.
    fn decoded(
        live: &mut LiveObjects,
        objects: &[(String, String)],
    ) -> (Vec<(String, u16)>, Vec<String>) {
        let texts = objects.iter().map(|(name, text)| (&**name, &**text));
        let mut diagnostics = Diagnostics::default();
        let manifests = live.decode(texts, "default", &mut diagnostics);
        let services = manifests.services.iter();
        let mut services: Vec<(String, u16)> = services
            .map(|service| (service.metadata.name.value.clone(), service.ports[0].port))
            .collect();
        services.sort();
        let place = |span| live.sources().of(span).name.clone();
        let found = diagnostics.iter().filter_map(|found| found.span.map(place));
        (services, found.collect())
    }

    #[test]
    fn what_changes_is_read_again_and_what_is_gone_is_gone() {
        let mut live = LiveObjects::default();
        let (cart, pay) = (service("cart", "80"), service("pay", "80"));
        let both = [cart.clone(), pay.clone()];
        let (services, _) = decoded(&mut live, &both);
        assert_eq!(services, [("cart".to_owned(), 80), ("pay".to_owned(), 80)]);
        let (services, _) = decoded(&mut live, &[service("cart", "81"), pay.clone()]);
        assert_eq!(services, [("cart".to_owned(), 81), ("pay".to_owned(), 80)]);
        let (services, _) = decoded(&mut live, std::slice::from_ref(&pay));
        assert_eq!(services, [("pay".to_owned(), 80)]);
        // In the place that is free now.
        let (services, _) = decoded(&mut live, &[pay, service("web", "82")]);
        assert_eq!(services, [("pay".to_owned(), 80), ("web".to_owned(), 82)]);
        assert_eq!(live.parts.len(), 2);
        assert_eq!(decoded(&mut live, &[]).0, []);
    }

    #[test]
    fn a_finding_stays_with_its_text_until_that_changes() {
        let mut live = LiveObjects::default();
        let (good, bad) = (service("cart", "80"), service("pay", "many"));
        for _ in 0..2 {
            let (services, found) = decoded(&mut live, &[good.clone(), bad.clone()]);
            assert_eq!(services, [("cart".to_owned(), 80)]);
            assert_eq!(found, ["Service/shop/pay"]);
        }
        let (services, found) = decoded(&mut live, &[good, service("pay", "80")]);
        assert_eq!((services.len(), found.len()), (2, 0));
    }

    #[test]
    fn a_name_that_goes_and_comes_in_one_step_is_another_one() {
        let mut live = LiveObjects::default();
        decoded(&mut live, &[service("a", "1"), service("b", "2")]);
        let (services, _) = decoded(&mut live, &[service("b", "2"), service("c", "3")]);
        assert_eq!(services, [("b".to_owned(), 2), ("c".to_owned(), 3)]);
        let (services, _) = decoded(&mut live, &[service("a", "1"), service("c", "3")]);
        assert_eq!(services, [("a".to_owned(), 1), ("c".to_owned(), 3)]);
    }
}
