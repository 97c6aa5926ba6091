//! A real gRPC client and a real gRPC server, and the proxy between them.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use futures_util::stream::{self, unfold};
use hyper::http::uri::PathAndQuery;
use tokio::sync::mpsc;
use tonic::{
    Code, Request, Response, Status, Streaming,
    client::Grpc,
    metadata::MetadataValue,
    transport::{Channel, Endpoint},
};

use crate::{
    shop::Shop,
    talk::{Raw, failure},
};

/// A test that takes longer than this has failed.
const TIMEOUT: Duration = Duration::from_secs(20);

fn within_time<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bounded = async { tokio::time::timeout(TIMEOUT, test).await };
    runtime.block_on(bounded).expect("in time")
}

async fn client(address: SocketAddr) -> Grpc<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let origin = "http://talk:50051".parse().unwrap();
    let mut client = Grpc::new(endpoint.origin(origin).connect().await.unwrap());
    client.ready().await.unwrap();
    client
}

fn method(name: &str) -> PathAndQuery {
    format!("/talk.Talk/{name}").parse().unwrap()
}

fn routed<T>(response: &Response<T>) -> bool {
    response.metadata().get("x-routed").is_some()
}

async fn all(mut messages: Streaming<Bytes>) -> Vec<Bytes> {
    let mut all = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        all.push(message);
    }
    all
}

fn assert_fails_as_said(status: &Status) {
    let said = failure();
    assert_eq!(status.code(), said.code());
    assert_eq!(status.message(), said.message());
    assert_eq!(status.details(), said.details());
    let (got, said) = (status.metadata(), said.metadata());
    assert_eq!(got.get("x-reason"), said.get("x-reason"));
    assert_eq!(got.get_bin("x-proof-bin"), said.get_bin("x-proof-bin"));
}

#[test]
fn unary() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let large = Bytes::from(vec![7; 3 << 20]);
        for message in [Bytes::new(), "one".into(), large] {
            let request = Request::new(message.clone());
            let response = client.unary(request, method("Echo"), Raw).await.unwrap();
            assert!(routed(&response));
            assert!(response.into_inner() == message);
            client.ready().await.unwrap();
        }
    });
}

#[test]
fn server_streaming() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let request = Request::new("1000".into());
        let response = client
            .server_streaming(request, method("Count"), Raw)
            .await
            .unwrap();
        assert!(routed(&response));
        let messages = all(response.into_inner()).await;
        assert_eq!(messages, vec![vec![b'.'; 1000]; 1000]);
    });
}

#[test]
fn client_streaming() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let words = (0..1000).map(|i| Bytes::from(format!("{i} ")));
        let said = words.clone().collect::<Vec<_>>().concat();
        let request = Request::new(stream::iter(words));
        let response = client
            .client_streaming(request, method("Join"), Raw)
            .await
            .unwrap();
        assert!(routed(&response));
        assert_eq!(response.into_inner(), said);
    });
}

/// Whoever waited for the whole of a body would wait for ever.
#[test]
fn each_answer_comes_before_the_next_question() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let (ask, questions) = mpsc::unbounded_channel::<Bytes>();
        let questions = unfold(questions, async |mut questions| {
            let question = questions.recv().await?;
            Some((question, questions))
        });
        let request = Request::new(questions);
        let response = client
            .streaming(request, method("Echo"), Raw)
            .await
            .unwrap();
        assert!(routed(&response));
        let mut answers = response.into_inner();
        for question in ["one", "two", "three"] {
            ask.send(question.into()).unwrap();
            assert_eq!(answers.message().await.unwrap().unwrap(), question);
        }
        drop(ask);
        assert_eq!(answers.message().await.unwrap(), None);
    });
}

#[test]
fn an_error_after_messages_arrives_whole() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let request = Request::new("one".into());
        let response = client
            .server_streaming(request, method("Fail"), Raw)
            .await
            .unwrap();
        assert!(routed(&response));
        let mut answers = response.into_inner();
        assert_eq!(answers.message().await.unwrap().unwrap(), "one");
        assert_fails_as_said(&answers.message().await.unwrap_err());
    });
}

#[test]
fn an_error_without_messages_arrives_whole() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let request = Request::new(Bytes::new());
        let status = client
            .unary(request, method("Refuse"), Raw)
            .await
            .unwrap_err();
        assert_fails_as_said(&status);
        assert_eq!(status.metadata().get("x-routed").unwrap(), "talk");
    });
}

#[test]
fn a_call_without_a_rule_is_unimplemented() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let path = PathAndQuery::from_static("/other.Talk/Echo");
        let request = Request::new(Bytes::new());
        let status = client.unary(request, path, Raw).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented);
    });
}

#[test]
fn the_deadline_arrives() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let mut request = Request::new(Bytes::new());
        let deadline = MetadataValue::from_static("19S");
        request.metadata_mut().insert("grpc-timeout", deadline);
        let response = client.unary(request, method("Echo"), Raw).await.unwrap();
        assert_eq!(response.metadata().get("x-timeout").unwrap(), "19S");
    });
}

#[test]
fn the_server_learns_that_the_client_has_gone() {
    let shop = Shop::open();
    within_time(async {
        let mut client = client(shop.address()).await;
        let request = Request::new(Bytes::new());
        let response = client
            .server_streaming(request, method("Wait"), Raw)
            .await
            .unwrap();
        let mut answers = response.into_inner();
        assert_eq!(answers.message().await.unwrap().unwrap(), "wait");
        drop(answers);
        shop.talk.gone.notified().await;
    });
}
