//! The registry of diagnostic codes. A code keeps its meaning for ever; a retired one is not reused (G302).
//!
//! `G1xx` input, `G2xx` references, `G3xx` semantics, `G4xx` lints, `G5xx` test cases, `G6xx` Istio,
//! clusters and other hosts, `G7xx` conversions.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The object can't be used: an API server would refuse it. `gammactl` exits 1.
    Error,
    /// A part of the object does not do what it says. The rest works; `--strict` exits 1.
    Warning,
    /// Worth knowing; nothing is lost.
    Note,
}

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `G` and three digits.
    pub id: &'static str,
    /// How bad a finding of this code is.
    pub severity: Severity,
    /// A few words that name it, as in `docs/diagnostics.md`.
    pub title: &'static str,
}

macro_rules! codes {
    ($($name:ident = $id:literal, $severity:ident, $title:literal;)*) => {
        $(#[doc = $title] pub static $name: Code = Code { id: $id, severity: Severity::$severity, title: $title };)*
        /// Every code, in order.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    YAML_SYNTAX = "G101", Error, "not valid YAML";
    NOT_AN_OBJECT = "G102", Error, "not a Kubernetes object";
    UNKNOWN_FIELD = "G103", Warning, "unknown field";
    MISSING_FIELD = "G104", Error, "required field is missing";
    WRONG_TYPE = "G105", Error, "wrong type";
    INVALID_VALUE = "G106", Error, "value is not allowed";
    UNKNOWN_KIND = "G107", Note, "kind is not used";
    DUPLICATE_OBJECT = "G108", Error, "object is defined twice";
    DUPLICATE_KEY = "G109", Warning, "key appears twice";
    NOTHING_FOUND = "G110", Error, "no manifests found";
    CONTRADICTION = "G111", Error, "fields contradict each other";
    NEARLY_A_KIND = "G112", Warning, "kind or version is nearly one that is used";
    NO_MANIFEST = "G113", Note, "file is no manifest";
    TEMPLATE = "G114", Error, "template is not rendered";
    PATCH = "G115", Warning, "patch is not applied";
    NOT_UTF8 = "G116", Error, "file is not UTF-8";
    MISSING_SEPARATOR = "G117", Error, "two objects in one document";
    FRAGMENT = "G120", Error, "fragment does not fit";
    ADDRESS_TAKEN = "G121", Error, "cluster IP is taken by another Service";
    ADDRESS_SHARED = "G122", Warning, "address of a ServiceImport is that of another";
    UNKNOWN_PARENT = "G201", Warning, "parentRef names a Service that is not there";
    UNKNOWN_PARENT_PORT = "G202", Warning, "parentRef names a port that the Service does not have";
    UNKNOWN_BACKEND = "G203", Warning, "backendRef names a Service that is not there";
    UNKNOWN_BACKEND_PORT = "G204", Warning, "backendRef names a port that the Service does not have";
    UNSUPPORTED_BACKEND_KIND = "G205", Warning, "backendRef is of a kind that can't be routed to";
    REF_NOT_PERMITTED = "G206", Warning, "no ReferenceGrant allows this reference";
    OTHER_PARENT = "G207", Note, "parent is not a Service";
    NO_ENDPOINTS = "G208", Warning, "Service has no ready endpoints";
    WRONG_PARENT_GROUP = "G209", Warning, "Service parent without the core group";
    NO_PARENT = "G210", Warning, "route has no parent";
    UNSUPPORTED_PROTOCOL = "G211", Warning, "backend does not speak HTTP";
    BAD_ADDRESS = "G212", Warning, "address of an endpoint can't be used";
    UNTAKEN_ADDRESS = "G213", Note, "no API server takes the address of this endpoint";
    ENDPOINT_NAMES = "G214", Note, "EndpointSlice has names instead of addresses";
    PORT_WITHOUT_ENDPOINTS = "G215", Warning, "port of a Service is not in its EndpointSlices";
    DEAD_ENDPOINT_PORT = "G216", Warning, "port of an EndpointSlice leads nowhere";
    STRAY_SLICE = "G217", Warning, "EndpointSlice belongs to no Service";
    OTHER_FAMILY = "G218", Warning, "EndpointSlice is of an IP family that its Service does not have";
    POLICY_WITHOUT_TARGET = "G221", Warning, "policy is for nothing that is there";
    NO_CERTIFICATE = "G222", Warning, "certificate to trust can't be used";
    POLICIES_CONFLICT = "G223", Warning, "two policies are for the same Service port";
    TLS_WITHOUT_POLICY = "G224", Warning, "backend asks for TLS and no policy says how";
    POLICY_OPTION = "G225", Warning, "option of a policy has no effect";
    POLICY_HOSTNAME = "G226", Warning, "host name of a policy can't be used";
    TLS_CANNOT_BE = "G227", Note, "backend can't be reached by TLS as its policy says";
    TLS_LEFT_TO_PROXY = "G228", Warning, "TLS to a backend is left to the proxy";
    UNSUPPORTED_FILTER = "G301", Warning, "filter is not supported";
    HOSTNAMES_IGNORED = "G303", Warning, "hostnames have no effect on a Service parent";
    NO_BACKENDS = "G304", Warning, "rule has no backend";
    ALL_WEIGHTS_ZERO = "G305", Warning, "all weights are zero";
    ROUTE_CONFLICT = "G306", Warning, "GRPCRoute replaces HTTPRoute on this port";
    BAD_REGEX = "G307", Warning, "regular expression can't be compiled";
    HEADLESS_PARENT = "G308", Warning, "Service can't be a parent";
    OWNED_HEADER = "G309", Warning, "header is owned by the filter";
    FRAMING_HEADER = "G310", Warning, "header frames the message";
    RULE_NAME_TAKEN = "G311", Note, "rule's number is the name of another rule";
    DECLARED_BY_ANNOTATION = "G312", Warning, "annotation has no effect";
    DECLARED_ELSEWHERE = "G313", Warning, "object of another API has no effect";
    OTHER_ROUTE = "G314", Note, "route of another kind is on a Service";
    BUDGET_INTERVAL = "G315", Note, "interval of a retry budget has no effect";
    LEFT_TO_NODE_PROXY = "G316", Warning, "field for the node's proxy has no effect";
    HEADER_CHANGED_TWICE = "G320", Warning, "header is changed twice";
    NOT_SENDABLE = "G321", Warning, "text can't be sent";
    PATH_CHANGE = "G322", Warning, "path that a filter sets is none";
    NO_PREFIX = "G323", Warning, "no prefix to replace";
    ONE_ONLY = "G324", Warning, "only one is meant";
    DUPLICATE_MATCH = "G401", Warning, "match is claimed twice";
    SHADOWED_MATCH = "G402", Warning, "match can never win";
    REPEATED_MATCH = "G403", Note, "match is repeated in its rule";
    IMPOSSIBLE_MATCH = "G404", Warning, "match can never hold";
    HEADER_TWICE = "G405", Warning, "header is matched twice";
    REDIRECT_LOOP = "G406", Warning, "redirect leads back to itself";
    HTTPS_REDIRECT = "G407", Note, "redirect to https is on every listener";
    REDIRECT_METHOD = "G408", Note, "redirect turns the request into a GET";
    WEIGHT_LEFT_OUT = "G409", Warning, "weight is left out beside large ones";
    STARVED_BACKEND = "G410", Note, "backend gets next to nothing";
    NOT_PERCENTAGES = "G411", Note, "weights look like percentages and are none";
    SAME_BACKEND_TWICE = "G412", Warning, "rule splits between a backend and itself";
    MIRROR_TO_ITSELF = "G413", Warning, "mirror copies to the backend itself";
    MIRROR_OF_NOTHING = "G414", Note, "mirror copies nothing";
    LITERAL_REGEX = "G415", Note, "regular expression has no operators";
    HALF_ANCHORED_REGEX = "G416", Note, "regular expression is anchored at one end";
    REGEX_DIALECT = "G417", Note, "regular expression differs between engines";
    REGEX_RANK = "G418", Note, "meshes rank this regular expression differently";
    METHOD_RANK = "G419", Note, "meshes rank this method differently";
    EXACT_WITHOUT_OTHER = "G420", Note, "path with or without its slash is not matched";
    PREFIX_WITH_SLASH = "G421", Note, "slash at the end of a prefix means nothing";
    PREFIX_REPLACEMENT = "G422", Note, "prefix is replaced differently elsewhere";
    CONSUMER_HIDES_PRODUCER = "G423", Note, "consumer routes hide producer routes";
    RELEASE_CHANNEL = "G424", Note, "release channels of the API differ";
    NO_TIME_TO_RETRY = "G425", Warning, "no time is left to retry";
    CREDENTIALS_FROM_ANYWHERE = "G426", Note, "any site may use credentials";
    HOST_WITHOUT_PORT = "G427", Note, "Host is matched without the port";
    WILDCARD = "G428", Warning, "wildcard stands for itself";
    EXACT_RANK = "G429", Note, "meshes rank this Exact path differently";
    UNNAMED_SESSION = "G430", Note, "rule with sessions has no name";
    ENVOY_HEADER = "G431", Warning, "Envoy undoes or refuses a header change";
    HTTP2_BY_ANOTHER_NAME = "G432", Warning, "port speaks HTTP/2 by a name that has no effect";
    VARIABLE = "G434", Warning, "variable stands for itself";
    PATH_PARAMETER = "G435", Warning, "path parameter stands for itself";
    FOREIGN_PATTERN = "G436", Warning, "pattern of another kind";
    IP_HOSTNAME = "G437", Note, "host name is an IP address";
    PART_REPLACED = "G438", Warning, "part is left out or replaced";
    HEADER_LEFT_TO_ROUTE = "G440", Note, "header is removed by the proxy's route";
    HOST_LIMIT = "G441", Warning, "host needs more than the filter";
    CASE_UNKNOWN_FIELD = "G501", Error, "test case has an unknown field";
    CASE_MISSING_FIELD = "G502", Error, "test case lacks a field";
    CASE_WRONG_TYPE = "G503", Error, "wrong type in a test case";
    CASE_INVALID_VALUE = "G504", Error, "value is not allowed in a test case";
    CASE_CONTRADICTION = "G505", Error, "test case contradicts itself";
    CASE_INPUT = "G506", Error, "what the test case is about can't be read";
    NO_CASE = "G507", Error, "no test case found";
    SEVERAL_CASES = "G508", Error, "several test cases in one file";
    NOT_AS_EXPECTED = "G510", Error, "a request is not answered as the test case expects";
    OTHER_DIAGNOSTICS = "G511", Error, "the diagnostics are not those that the test case expects";
    ISTIO_OBEYS_TOO = "G601", Warning, "Istio obeys the route too";
    OBJECT_LARGE = "G602", Warning, "object is large for Kubernetes";
    OBJECT_TOO_LARGE = "G603", Error, "object is too large for Kubernetes";
    HEADLESS_IN_ISTIO = "G604", Warning, "headless backend has no cluster of its own in Istio";
    SESSIONS_IN_ISTIO = "G605", Warning, "sessions don't keep their endpoint in Istio";
    MODULE_UNREACHABLE = "G610", Error, "module can't be looked up";
    MODULE_DENIED = "G611", Error, "module may not be read";
    MODULE_ABSENT = "G612", Error, "module does not exist";
    MODULE_SHAPE = "G613", Error, "image is none that Istio takes a module from";
    MODULE_PLATFORM = "G614", Error, "image index has nothing for linux/amd64";
    MODULE_DIGEST = "G615", Error, "module has another digest";
    NOT_A_MODULE = "G616", Error, "file is no WebAssembly module";
    NO_HTTP_IN_ISTIO = "G620", Warning, "Istio takes the port for something else than HTTP";
    NO_HTTP2_IN_ISTIO = "G621", Warning, "Istio speaks no HTTP/2 to the port";
    HIDDEN_IN_ISTIO = "G622", Warning, "Service is hidden from clients in Istio";
    IMPORT_IN_ISTIO = "G623", Warning, "ServiceImport has no cluster in Istio";
    NO_GATEWAY_API = "G640", Warning, "cluster has no Gateway API";
    ROUTES_FORBIDDEN = "G641", Error, "routes or Services of a cluster can't be read";
    KIND_FORBIDDEN = "G642", Warning, "kind is missing from the picture of a cluster";
    OTHER_KIND_FORBIDDEN = "G643", Note, "kind that others obey can't be read in a cluster";
    OTHER_VERSIONS = "G644", Warning, "cluster has no version of a kind that is known";
    NO_PLACE_FOR_CONFIG = "G650", Error, "module can't take a config";
    NO_TLS_IN_NGINX = "G651", Warning, "nginx can't make the TLS connection";
    NO_HTTP2_IN_NGINX = "G652", Warning, "nginx speaks HTTP/2 to the port in gRPC calls only";
    NO_MIRROR_IN_NGINX = "G653", Warning, "nginx can't copy gRPC calls";
    SESSIONS_IN_NGINX = "G654", Warning, "sessions don't keep their endpoint in nginx";
    UNKNOWN_FIELD_OF_SOURCE = "G701", Error, "field of another API is not known";
    HOST_WITHOUT_SERVICE = "G702", Error, "host has no Service that routes can be attached to";
    AGE_UNKNOWN = "G703", Error, "which of two objects acts depends on their age";
    CLIENTS_TOLD_APART = "G704", Error, "clients can't be told apart";
    UNSPEAKABLE_MATCH = "G705", Error, "match can't be said";
    EXCEPTION_LOST = "G706", Error, "exception can't be said";
    ORDER_LOST = "G707", Error, "order can't be kept";
    NO_SUCH_ACTION = "G708", Error, "action can't be said";
    ANSWERED_OTHERWISE = "G709", Error, "requests are answered otherwise";
    UNKNOWN_DESTINATION = "G710", Error, "destination is not in the input";
    AUTHORIZATION_LOST = "G711", Error, "authorization can't be said";
    TWO_SOURCES = "G712", Error, "two objects say different things of one Service";
    MESHES_DISAGREE = "G713", Error, "meshes read it differently";
    PREFIX_OF_ELEMENTS = "G714", Error, "prefix takes whole elements only";
    ENCODED_PARAMETER = "G715", Error, "query parameter is decoded first";
    BEHAVIOUR_LOST = "G720", Warning, "behaviour on the way is lost";
    DEFAULT_RETRIES = "G721", Warning, "retries that nobody wrote are lost";
    NO_HTTP = "G722", Warning, "connections are not converted";
    SHARES_ROUNDED = "G723", Warning, "shares are rounded";
    FOR_GATEWAYS_ONLY = "G730", Note, "object is for gateways only";
    NEVER_ACTED = "G731", Note, "object did nothing";
    DEAD_MATCH = "G732", Note, "match decided nothing";
    RANK_OF_PATTERNS = "G733", Note, "order rests on the rank of regular expressions";
    NAME_NOT_KEPT = "G734", Note, "name has no place";
    PATTERN_AS_READ = "G735", Note, "regular expression takes more than it seems";
}
