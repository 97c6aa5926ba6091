//! A proxy-wasm host that counts: the filter's module in an interpreter, with as much of a proxy
//! around it as the filter asks for.
//!
//! What an interpreter executes is the same on every machine, however busy that is. So the numbers of
//! instructions, host calls and allocations can be compared with those of the last commit; what they
//! take in nanoseconds is for the benches to say.
//!
//! - [`mod@modules`]: which modules there are.
//! - [`Vm`]: a module, instantiated; calls its callbacks in the order in which Envoy does.
//! - [`mod@profile`]: what other hosts do otherwise; [`Hosted`]: a module in one of them.
//! - `state`: what the host knows of a request, and what it was told; `functions`: the ABI 0.2.1.
//! - `instrument`: how a module counts its instructions.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod functions;
mod hosted;
mod instrument;
pub mod modules;
pub mod profile;
mod state;

use anyhow::{Context, Result, ensure};
pub use hosted::{CallAnswer, Code, Hosted, Turn};
use instrument::{COUNTER, instrument};
use profile::{ENVOY, HostProfile};
pub use state::{Headers, HttpCall, LocalReply, Message, encode};
use state::{Phase, State};
use wasmi::{
    Engine, Global, Instance, Linker, Memory, Module, Store, TypedFunc, Val, WasmParams,
    WasmResults,
};

const ROOT: i32 = 1;
/// `proxy_action_t`: the message goes on.
const CONTINUE: i32 = 0;

/// A module in a VM of its own.
#[derive(Debug)]
pub struct Vm {
    store: Store<State>,
    instance: Instance,
    memory: Memory,
    /// Instructions since the last look.
    executed: Global,
    last_context: i32,
    /// Callbacks that the host leaves out, as `capability_restriction_config` can have it.
    left_out: Vec<String>,
}

/// What a callback, or some of them, cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    /// WebAssembly instructions executed. Those that make no machine code of their own (`block`,
    /// `drop`, `local.get`, constants…) are free; bulk copies count by their length.
    pub instructions: u64,
    /// The host functions called, in order.
    pub host_calls: Vec<&'static str>,
    /// How often the host asked the module for memory to return something in.
    pub returned: u32,
    /// Allocations, those for the host included; `None` if the module does not count them.
    pub allocations: Option<u64>,
}

/// What became of a request.
#[derive(Debug, Clone, Default)]
pub struct CountedRequest {
    /// The request's headers as the proxy goes on with them.
    pub request: Headers,
    /// The response's headers as the client gets them.
    pub response: Headers,
    /// The module's own answer, if it gave one.
    pub reply: Option<LocalReply>,
    /// Of `proxy_on_request_headers` alone.
    pub request_headers: Cost,
    /// Of all callbacks, from the creation of the context to its end.
    pub whole: Cost,
}

impl Vm {
    /// The memory of the module as it is now.
    #[must_use]
    pub fn memory_bytes(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    /// Compiles and starts a module.
    ///
    /// # Errors
    ///
    /// It is none, it wants functions that the host does not have, or it traps.
    pub fn load(wasm: &[u8]) -> Result<Self> {
        Self::load_in(wasm, ENVOY, true)
    }

    /// The same in a host of some profile, which may be lenient about what a module imports and exports.
    fn load_in(wasm: &[u8], profile: HostProfile, lenient: bool) -> Result<Self> {
        let module = Module::new(&Engine::default(), instrument(wasm)?)?;
        Self::instance(&module, profile, lenient)
    }

    fn instance(module: &Module, profile: HostProfile, lenient: bool) -> Result<Self> {
        let mut linker = Linker::new(module.engine());
        functions::define(&mut linker)?;
        if lenient || !profile.missing.contains(&"proxy_get_log_level") {
            functions::define_log_level(&mut linker)?;
        }
        if profile.has_wasi || lenient {
            functions::define_wasi(&mut linker)?;
        }
        if lenient {
            functions::define_missing(&mut linker, module)?;
        } else {
            let has = |name: &&&str| module.get_export(name).is_some();
            let missing = profile.needed_exports.iter().find(|name| !has(name));
            ensure!(missing.is_none(), "the module lacks {missing:?}");
        }
        let mut store = Store::new(module.engine(), State::new(profile));
        let instance = linker.instantiate_and_start(&mut store, module)?;
        let memory = instance
            .get_memory(&store, "memory")
            .context("the module exports no memory")?;
        let executed = instance
            .get_global(&store, COUNTER)
            .context("the module has lost its counter")?;
        let mut vm = Self {
            store,
            instance,
            memory,
            executed,
            last_context: ROOT,
            left_out: Vec::new(),
        };
        for start in profile.starts {
            if vm.call::<_, ()>(start, ())?.is_some() {
                break;
            }
        }
        vm.call::<_, ()>("proxy_on_context_create", (ROOT, 0))?;
        vm.call::<_, i32>("proxy_on_vm_start", (ROOT, 0))?;
        Ok(vm)
    }

    fn create(&mut self, request: i32) -> Result<()> {
        let contexts = &mut self.store.data_mut().contexts;
        contexts.insert(request.cast_unsigned());
        self.call::<_, ()>("proxy_on_context_create", (request, ROOT))?;
        Ok(())
    }

    /// Lets a host function answer `status` instead of doing anything, from now on.
    pub fn force(&mut self, function: Option<(&'static str, u32)>) {
        self.store.data_mut().forced = function;
    }

    /// Lets every header map be these bytes, from now on.
    pub fn break_maps(&mut self, map: Option<Vec<u8>>) {
        self.store.data_mut().broken_map = map;
    }

    /// What the host answers to a question for the property at `path`.
    #[must_use]
    pub fn property(&self, path: &str) -> Option<Vec<u8>> {
        self.store.data().properties.get(path).cloned()
    }

    /// Forgets what the host knows of a request.
    pub fn clear_properties(&mut self) {
        self.store.data_mut().properties.clear();
    }

    /// The names of the counters and their values.
    #[must_use]
    pub fn counters(&self) -> &[(String, u64)] {
        &self.store.data().counters
    }

    /// Leaves callbacks out from now on.
    pub fn leave_out(&mut self, callbacks: &[&str]) {
        self.left_out = callbacks.iter().map(|name| (*name).to_owned()).collect();
    }

    /// Says what the host answers to a question for the property at `path`, whose parts are
    /// separated by NUL.
    pub fn set_property(&mut self, path: &str, value: &[u8]) {
        let properties = &mut self.store.data_mut().properties;
        properties.insert(path.into(), value.into());
    }

    /// Configures the plugin; returns whether it accepts that, and what it took.
    ///
    /// # Errors
    ///
    /// The module traps.
    pub fn configure(&mut self, configuration: &str) -> Result<(bool, Cost)> {
        self.store.data_mut().configuration = configuration.into();
        let size = i32::try_from(configuration.len())?;
        let accepted: Option<i32> = self.call("proxy_on_configure", (ROOT, size))?;
        Ok((accepted != Some(0), self.take_cost()?))
    }

    /// A request without body, its answer from a backend, unless the module gives one, and the end
    /// of both.
    ///
    /// # Errors
    ///
    /// The module traps, or stops the request without answering it.
    pub fn request(&mut self, request: &[(&str, &str)]) -> Result<CountedRequest> {
        const BODY: i32 = 100;
        self.last_context += 1;
        let id = self.last_context;
        *self.store.data_mut().message(Message::Request) = headers(request);
        *self.store.data_mut().message(Message::Response) = headers(&[
            (":status", "200"),
            ("server", "envoy"),
            ("content-type", "text/plain"),
            ("content-length", "100"),
        ]);
        self.store.data_mut().reply = None;
        self.take_cost()?;

        self.call::<_, ()>("proxy_on_context_create", (id, ROOT))?;
        let mut whole = self.take_cost()?;
        let count = i32::try_from(request.len())?;
        self.phase(Phase::Request);
        let action: Option<i32> = self.call("proxy_on_request_headers", (id, count, 1))?;
        let request_headers = self.take_cost()?;
        whole.add(&request_headers);
        let reply = self.store.data_mut().reply.take();
        ensure!(
            action.unwrap_or(CONTINUE) == CONTINUE || reply.is_some(),
            "the request was stopped and not answered"
        );
        let request = self.store.data_mut().message(Message::Request).clone();
        if let Some(reply) = &reply {
            *self.store.data_mut().message(Message::Response) = reply.headers.clone();
        }
        self.phase(Phase::Response);
        let count = self.store.data_mut().message(Message::Response).len();
        let has_body = i32::from(reply.is_some());
        self.call::<_, i32>(
            "proxy_on_response_headers",
            (id, i32::try_from(count)?, has_body),
        )?;
        if reply.is_none() {
            self.call::<_, i32>("proxy_on_response_body", (id, BODY, 1))?;
        }
        self.phase(Phase::None);
        self.call::<_, i32>("proxy_on_done", id)?;
        self.call::<_, ()>("proxy_on_log", id)?;
        self.call::<_, ()>("proxy_on_delete", id)?;
        whole.add(&self.take_cost()?);
        Ok(CountedRequest {
            request,
            response: self.store.data_mut().message(Message::Response).clone(),
            reply,
            request_headers,
            whole,
        })
    }

    /// What the module wrote to the log since the last time.
    pub fn take_log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.store.data_mut().log)
    }

    /// Bytes of linear memory. It never shrinks.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    /// Bytes that are allocated now; `None` if the module does not count them.
    ///
    /// # Errors
    ///
    /// The module traps.
    pub fn live_bytes(&mut self) -> Result<Option<u64>> {
        Ok(self
            .call::<_, i64>("live_bytes", ())?
            .map(i64::cast_unsigned))
    }

    /// Calls an exported function, if there is one of that name.
    ///
    /// # Errors
    ///
    /// It has another type, or traps.
    pub fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        name: &str,
        parameters: P,
    ) -> Result<Option<R>> {
        if self.left_out.iter().any(|left_out| left_out == name)
            || self.instance.get_func(&self.store, name).is_none()
        {
            return Ok(None);
        }
        let function: TypedFunc<P, R> = self
            .instance
            .get_typed_func(&self.store, name)
            .with_context(|| name.to_owned())?;
        let log = |vm: &mut Self| vm.take_log().join("\n");
        function
            .call(&mut self.store, parameters)
            .map(Some)
            .map_err(|error| anyhow::anyhow!("{name} trapped: {error}\n{}", log(self)))
    }

    fn phase(&mut self, phase: Phase) {
        self.store.data_mut().phase = phase;
    }

    /// What was executed since the last time.
    ///
    /// # Errors
    ///
    /// The module traps.
    pub fn take_cost(&mut self) -> Result<Cost> {
        let instructions = self.executed.get(&self.store).i64().unwrap_or(0);
        let allocations = self.call::<_, i64>("take_allocations", ())?;
        self.executed.set(&mut self.store, Val::I64(0))?;
        let state = self.store.data_mut();
        Ok(Cost {
            instructions: instructions.cast_unsigned(),
            host_calls: std::mem::take(&mut state.calls),
            returned: std::mem::take(&mut state.returned),
            allocations: allocations.map(i64::cast_unsigned),
        })
    }
}

impl Cost {
    fn add(&mut self, other: &Self) {
        self.instructions += other.instructions;
        self.host_calls.extend(&other.host_calls);
        self.returned += other.returned;
        self.allocations = self.allocations.zip(other.allocations).map(|(a, b)| a + b);
    }
}

fn headers(of: &[(&str, &str)]) -> Headers {
    let bytes = |(name, value): &(&str, &str)| (name.as_bytes().into(), value.as_bytes().into());
    of.iter().map(bytes).collect()
}
