//! A config whose rules are still text.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde_json::{Error, Result, value::RawValue};

use crate::{
    Port, Service, ServiceKind, Settings,
    json::{Blank, Slot, Value, blank_is_default, member, object, optional, required},
};

#[derive(Default)]
pub(crate) struct Outline<'j> {
    /// For editors.
    pub(crate) schema: Option<String>,
    pub(crate) version: u32,
    pub(crate) settings: Settings,
    pub(crate) services: Vec<ServiceOutline<'j>>,
}

impl<'j> Slot<'j> for Outline<'j> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let members = &mut [
            optional("$schema", &mut self.schema),
            required("version", &mut self.version),
            optional("settings", &mut self.settings),
            optional("services", &mut self.services),
        ];
        object(value, "struct Config", members)
    }
}

pub(crate) struct ServiceOutline<'j> {
    /// Without its ports.
    pub(crate) service: Service,
    pub(crate) ports: Vec<PortOutline<'j>>,
}

impl Blank for ServiceOutline<'_> {
    fn blank() -> Self {
        Self {
            service: Service {
                kind: ServiceKind::default(),
                namespace: String::new(),
                name: String::new(),
                hosts: Vec::new(),
                cluster_ips: Vec::new(),
                ports: Vec::new(),
            },
            ports: Vec::new(),
        }
    }
}

impl<'j> Slot<'j> for ServiceOutline<'j> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let service = &mut self.service;
        let members = &mut [
            optional("kind", &mut service.kind),
            required("namespace", &mut service.namespace),
            required("name", &mut service.name),
            optional("hosts", &mut service.hosts),
            optional("clusterIPs", &mut service.cluster_ips),
            required("ports", &mut self.ports),
        ];
        object(value, "struct Service", members)
    }
}

pub(crate) struct PortOutline<'j> {
    /// Without its tables.
    pub(crate) port: Port,
    pub(crate) producer: Option<TableOutline<'j>>,
    pub(crate) consumers: Consumers<'j>,
}

impl Blank for PortOutline<'_> {
    fn blank() -> Self {
        Self {
            port: Port {
                port: 0,
                cluster: String::new(),
                producer: None,
                consumers: BTreeMap::new(),
            },
            producer: None,
            consumers: Consumers::default(),
        }
    }
}

impl<'j> Slot<'j> for PortOutline<'j> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let members = &mut [
            required("port", &mut self.port.port),
            required("cluster", &mut self.port.cluster),
            optional("producer", &mut self.producer),
            optional("consumers", &mut self.consumers),
        ];
        object(value, "struct Port", members)
    }
}

/// By namespace, in its order.
#[derive(Default)]
pub(crate) struct Consumers<'j>(pub(crate) Vec<(String, TableOutline<'j>)>);

impl<'j> Slot<'j> for Consumers<'j> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let Value::Object(object) = value else {
            return Err(value.but_expected("a map"));
        };
        let mut namespace = String::new();
        while object.key(&mut namespace)? {
            let place = self.0.binary_search_by(|(other, _)| other.cmp(&namespace));
            let Err(place) = place else {
                let message = format_args!("namespace `{namespace}` is there twice");
                return Err(Error::custom(message));
            };
            self.0.insert(place, (namespace.clone(), member(object)?));
        }
        Ok(())
    }
}

#[derive(Default)]
pub(crate) struct TableOutline<'j> {
    pub(crate) rules: Vec<&'j RawValue>,
    pub(crate) match_order: Vec<(u32, u32)>,
}

blank_is_default!(TableOutline<'_>);

impl<'j> Slot<'j> for TableOutline<'j> {
    fn put(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let members = &mut [
            optional("rules", &mut self.rules),
            optional("matchOrder", &mut self.match_order),
        ];
        object(value, "struct RouteTable", members)
    }
}
