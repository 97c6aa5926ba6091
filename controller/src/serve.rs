//! Answers the kubelet's probes and Prometheus.

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::metrics::ControllerMetrics;

/// What Prometheus is told that a page is.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves for ever.
pub(crate) async fn serve(listener: TcpListener, metrics: Arc<ControllerMetrics>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, for one: it passes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let metrics = Arc::clone(&metrics);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let response = answer(&request, &metrics);
                async { Ok::<_, Infallible>(response) }
            });
            // A client that goes away is no matter.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(5))
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn answer(request: &Request<Incoming>, metrics: &ControllerMetrics) -> Response<Full<Bytes>> {
    let (status, body) = match request.uri().path() {
        "/livez" => (200, "ok".into()),
        "/readyz" if metrics.ready.load(Ordering::Relaxed) => (200, "ok".into()),
        "/readyz" => (503, "not every kind was listed and delivered yet".into()),
        "/metrics" => (200, metrics.page()),
        _ => (404, "there are /livez, /readyz and /metrics".into()),
    };
    let kind = match request.uri().path() {
        "/metrics" => OPEN_METRICS,
        _ => "text/plain; charset=utf-8",
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    if let Ok(status) = status.try_into() {
        *response.status_mut() = status;
    }
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}
