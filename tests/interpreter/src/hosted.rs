//! A module in a host with habits of its own, callback by callback.

use anyhow::{Result, ensure};
use wasmi::{Engine, Module};

use crate::{
    CONTINUE, ROOT, Vm,
    instrument::instrument,
    profile::HostProfile,
    state::{Headers, HttpCall, LocalReply, Message, Phase},
};

/// A module, compiled once for all its instances.
#[derive(Debug, Clone)]
pub struct Code(Module);

impl Code {
    /// Compiles a module.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn new(wasm: &[u8]) -> Result<Self> {
        Ok(Self(Module::new(&Engine::default(), instrument(wasm)?)?))
    }
}

/// A module in a host of some profile.
#[derive(Debug)]
pub struct Hosted {
    code: Code,
    profile: HostProfile,
    configuration: String,
    /// Whether imports are given that the host does not have.
    lenient: bool,
    vm: Vm,
    request: i32,
}

/// Where a request is after a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// On its way to the proxy's routes.
    GoesOn,
    /// Answered by the module.
    Replied(LocalReply),
    /// Stopped until somebody else has answered.
    Calls(HttpCall),
    /// Stopped for good: nobody will let it go on.
    Stuck,
}

/// What another service says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallAnswer {
    /// With `:status`; nothing if there is no answer.
    pub headers: Headers,
    /// Its body.
    pub body: Vec<u8>,
}

impl Hosted {
    /// Loads and configures a module as the host does.
    ///
    /// # Errors
    ///
    /// The host refuses the module, or the module its configuration.
    pub fn start(code: &Code, profile: HostProfile, configuration: &str) -> Result<Self> {
        Self::begin(code, profile, configuration, false)
    }

    /// The same in a host that gives a module every function that it imports, and calls what it exports.
    ///
    /// # Errors
    ///
    /// As [`Hosted::start`], but for imports and exports.
    pub fn start_leniently(code: &Code, profile: HostProfile, configuration: &str) -> Result<Self> {
        Self::begin(code, profile, configuration, true)
    }

    fn begin(
        code: &Code,
        profile: HostProfile,
        configuration: &str,
        lenient: bool,
    ) -> Result<Self> {
        Ok(Self {
            vm: instance(code, profile, configuration, lenient)?,
            code: code.clone(),
            profile,
            configuration: configuration.into(),
            lenient,
            request: ROOT,
        })
    }

    /// The instance that has the request.
    pub fn vm(&mut self) -> &mut Vm {
        &mut self.vm
    }

    /// Gives the module a request's headers, and a body: a host that calls back for bodies does so although the
    /// request was stopped.
    ///
    /// # Errors
    ///
    /// The module traps.
    pub fn request(&mut self, request: Headers) -> Result<Turn> {
        self.request += 1;
        let id = self.request;
        let count = i32::try_from(request.len())?;
        let state = self.vm.store.data_mut();
        *state.message(Message::Request) = request;
        state.hidden.clear();
        state.reply = None;
        state.call = None;
        state.resumed = false;
        self.vm.create(id)?;
        self.vm.phase(Phase::Request);
        let action: Option<i32> = self.vm.call("proxy_on_request_headers", (id, count, 0))?;
        let mut goes_on = action.unwrap_or(CONTINUE) == CONTINUE;
        let body: Option<i32> = self.vm.call("proxy_on_request_body", (id, 10, 1))?;
        goes_on |= body == Some(CONTINUE);
        Ok(self.turn(goes_on))
    }

    /// Gives the module the answer to its call.
    ///
    /// # Errors
    ///
    /// The module traps, or there was no call.
    pub fn answer(&mut self, call: &HttpCall, answer: CallAnswer) -> Result<Turn> {
        self.refresh()?;
        let (headers, body) = (answer.headers.len(), answer.body.len());
        let state = self.vm.store.data_mut();
        state.call = None;
        state.call_answer = answer.headers;
        state.call_body = answer.body;
        self.vm.phase(Phase::Answer);
        let context = match self.profile.answers_to_plugin {
            true => ROOT,
            false => self.request,
        };
        let sizes = (i32::try_from(headers)?, i32::try_from(body)?);
        self.vm.call::<_, ()>(
            "proxy_on_http_call_response",
            (context, call.number.cast_signed(), sizes.0, sizes.1, 0),
        )?;
        let state = self.vm.store.data();
        let goes_on = state.resumed || (self.profile.resumes_by_itself && state.reply.is_none());
        Ok(self.turn(goes_on))
    }

    fn turn(&mut self, goes_on: bool) -> Turn {
        self.vm.phase(Phase::None);
        let state = self.vm.store.data_mut();
        match (state.reply.take(), state.call.clone()) {
            (Some(reply), _) => Turn::Replied(reply),
            (None, _) if goes_on => Turn::GoesOn,
            (None, Some(call)) => Turn::Calls(call),
            (None, None) => Turn::Stuck,
        }
    }

    /// The request's headers as the module left them.
    pub fn visible(&mut self) -> Headers {
        self.vm.store.data_mut().message(Message::Request).clone()
    }

    /// Headers that the module removed and that the upstream gets nevertheless.
    pub fn hidden(&mut self) -> Headers {
        self.vm.store.data().hidden.clone()
    }

    /// Gives the module a response's headers, and a body, and returns them as the client gets them.
    ///
    /// # Errors
    ///
    /// The module traps, or stops the response without answering.
    pub fn response(&mut self, response: Headers) -> Result<Headers> {
        self.refresh()?;
        let count = i32::try_from(response.len())?;
        *self.vm.store.data_mut().message(Message::Response) = response;
        self.vm.phase(Phase::Response);
        let action: Option<i32> = self
            .vm
            .call("proxy_on_response_headers", (self.request, count, 0))?;
        ensure!(
            action.unwrap_or(CONTINUE) == CONTINUE,
            "the response was stopped"
        );
        self.vm
            .call::<_, i32>("proxy_on_response_body", (self.request, 10, 1))?;
        self.vm.phase(Phase::None);
        Ok(self.vm.store.data_mut().message(Message::Response).clone())
    }

    /// Ends the request.
    ///
    /// # Errors
    ///
    /// The module traps.
    pub fn end(&mut self) -> Result<()> {
        let id = self.request;
        self.vm.call::<_, i32>("proxy_on_done", id)?;
        self.vm.call::<_, ()>("proxy_on_log", id)?;
        self.vm.call::<_, ()>("proxy_on_delete", id)?;
        self.vm
            .store
            .data_mut()
            .contexts
            .remove(&id.cast_unsigned());
        self.refresh()
    }

    /// The next phase's instance, if each has one. The host knows what it knew.
    fn refresh(&mut self) -> Result<()> {
        if !self.profile.fresh {
            return Ok(());
        }
        let mut vm = instance(&self.code, self.profile, &self.configuration, self.lenient)?;
        let (old, new) = (self.vm.store.data_mut(), vm.store.data_mut());
        new.properties = std::mem::take(&mut old.properties);
        new.hidden = std::mem::take(&mut old.hidden);
        for message in [Message::Request, Message::Response] {
            *new.message(message) = std::mem::take(old.message(message));
        }
        vm.create(self.request)?;
        self.vm = vm;
        Ok(())
    }
}

fn instance(code: &Code, profile: HostProfile, configuration: &str, lenient: bool) -> Result<Vm> {
    let mut vm = Vm::instance(&code.0, profile, lenient)?;
    let (accepted, _) = vm.configure(configuration)?;
    ensure!(accepted, "refused: {}", vm.take_log().join("\n"));
    Ok(vm)
}
