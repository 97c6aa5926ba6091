//! A config whose rules are still text.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde_json::{Error, Result, value::RawValue};

use crate::{
    Port, Service, ServiceKind, Settings,
    json::{Next, Read, Value, member, object, optional, required},
};

#[derive(Default)]
pub(crate) struct Outline<'j> {
    /// For editors.
    pub(crate) schema: Option<String>,
    pub(crate) version: u32,
    pub(crate) settings: Settings,
    pub(crate) services: Vec<ServiceOutline<'j>>,
}

impl<'j> Read<'j> for Outline<'j> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("$schema", &mut new.schema),
            required("version", &mut new.version),
            optional("settings", &mut new.settings),
            optional("services", &mut new.services),
        ];
        object(value, "struct Config", members)?;
        Ok(new)
    }
}

pub(crate) struct ServiceOutline<'j> {
    /// Without its ports.
    pub(crate) service: Service,
    pub(crate) ports: Vec<PortOutline<'j>>,
}

impl<'j> Read<'j> for ServiceOutline<'j> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let mut service = Service {
            kind: ServiceKind::default(),
            namespace: String::new(),
            name: String::new(),
            hosts: Vec::new(),
            cluster_ips: Vec::new(),
            ports: Vec::new(),
        };
        let mut ports = Vec::new();
        let members = &mut [
            optional("kind", &mut service.kind),
            required("namespace", &mut service.namespace),
            required("name", &mut service.name),
            optional("hosts", &mut service.hosts),
            optional("clusterIPs", &mut service.cluster_ips),
            required("ports", &mut ports),
        ];
        object(value, "struct Service", members)?;
        Ok(Self { service, ports })
    }
}

pub(crate) struct PortOutline<'j> {
    /// Without its tables.
    pub(crate) port: Port,
    pub(crate) producer: Option<TableOutline<'j>>,
    pub(crate) consumers: Consumers<'j>,
}

impl<'j> Read<'j> for PortOutline<'j> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let mut port = Port {
            port: 0,
            cluster: String::new(),
            producer: None,
            consumers: BTreeMap::new(),
        };
        let (mut producer, mut consumers) = (None, Consumers::default());
        let members = &mut [
            required("port", &mut port.port),
            required("cluster", &mut port.cluster),
            optional("producer", &mut producer),
            optional("consumers", &mut consumers),
        ];
        object(value, "struct Port", members)?;
        Ok(Self {
            port,
            producer,
            consumers,
        })
    }
}

/// By namespace, in its order.
#[derive(Default)]
pub(crate) struct Consumers<'j>(pub(crate) Vec<(String, TableOutline<'j>)>);

impl<'j> Read<'j> for Consumers<'j> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let Value::Object(object) = value else {
            return Err(value.but_expected("a map"));
        };
        let mut new = Self::default();
        let mut key = Next(None);
        while object.key(&mut key)? {
            let namespace: String = key.0.take().unwrap_or_default();
            let place = new.0.binary_search_by(|(other, _)| other.cmp(&namespace));
            let Err(place) = place else {
                let message = format_args!("namespace `{namespace}` is there twice");
                return Err(Error::custom(message));
            };
            new.0.insert(place, (namespace, member(object)?));
        }
        Ok(new)
    }
}

#[derive(Default)]
pub(crate) struct TableOutline<'j> {
    pub(crate) rules: Vec<&'j RawValue>,
    pub(crate) match_order: Vec<(u32, u32)>,
}

impl<'j> Read<'j> for TableOutline<'j> {
    fn read(value: Value<'_, 'j>) -> Result<Self> {
        let mut new = Self::default();
        let members = &mut [
            optional("rules", &mut new.rules),
            optional("matchOrder", &mut new.match_order),
        ];
        object(value, "struct RouteTable", members)?;
        Ok(new)
    }
}
