//! HTTP/2 with prior knowledge, on either side of the proxy.

use gamma_testbed::client::{Client, GrpcClient, Request};

use crate::shop::Shop;

/// "`kubernetes.io/h2c` - HTTP/2 over cleartext" (KEP-3726), which GEP-1911 lets a backend ask for.
#[test]
fn each_side_speaks_its_own_version() {
    let shop = Shop::open();
    let mut http1 = Client::new(shop.address());
    let mut http2 = GrpcClient::new(shop.address()).unwrap();
    for (path, version) in [("/plain", "HTTP/1.1"), ("/h2c", "HTTP/2.0")] {
        // A content type makes it no gRPC.
        let mut request = Request::new("POST", "web", path).header("content-type", "text/plain");
        request.body = b"body".to_vec();
        let answers = [
            http1.send(&request).unwrap(),
            http2.send(&request).unwrap().response,
        ];
        for answer in answers {
            let echoed = answer.echoed().unwrap();
            assert_eq!(echoed.backend, path[1..]);
            assert_eq!(echoed.version, version);
            assert_eq!(echoed.host, "web");
            assert_eq!(echoed.body, "body");
        }
    }
}

#[test]
fn a_request_for_nobody_is_404_in_http2_too() {
    let shop = Shop::open();
    let request = Request::get("web", "/nowhere").header("content-type", "text/plain");
    let mut client = GrpcClient::new(shop.address()).unwrap();
    assert_eq!(client.send(&request).unwrap().response.status, 404);
}
