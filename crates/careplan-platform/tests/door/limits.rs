//! Handshake, silence, age, number: each limit is met and kept.

use std::time::Duration;

use bytes::Bytes;
use careplan_platform::tls::Limits;
use http_body_util::Empty;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::world::{GENEROUS, HANG, World, nobody, text};

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn who_does_not_finish_the_handshake_is_closed() {
    let world = World::open(Limits { handshake: SHORT, ..GENEROUS }).await;
    let mut stream = TcpStream::connect(world.address()).await.unwrap();
    stream.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    let mut rest = Vec::new();
    // Closed by an end or by a reset: both are an answer.
    let _ = timeout(HANG, stream.read_to_end(&mut rest)).await.expect("the connection stays open");
}

#[tokio::test]
async fn who_finished_the_handshake_has_time_beyond_its_limit() {
    let world = World::open(Limits { handshake: SHORT, ..GENEROUS }).await;
    let mut peer = world.http1(nobody()).await;
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!(text(peer.get("/peer").await.unwrap()).await, "nobody");
}

#[tokio::test]
async fn a_silent_connection_is_closed_in_both_versions_of_http() {
    let world = World::open(Limits { silence: SHORT, ..GENEROUS }).await;
    let mut first = world.http1(nobody()).await;
    assert_eq!(text(first.get("/peer").await.unwrap()).await, "nobody");
    timeout(HANG, first.ended).await.expect("HTTP/1.1 stays open").unwrap();
    let mut second = world.http2(nobody()).await;
    assert_eq!(text(second.get("/peer").await.unwrap()).await, "nobody");
    timeout(HANG, second.ended).await.expect("HTTP/2 stays open").unwrap();
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let world = World::open(Limits { silence: SHORT, ..GENEROUS }).await;
    let mut stream = world.connect(nobody()).await.unwrap();
    stream.write_all(b"GET /peer HTTP/1.1\r\nhost: local").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(HANG, stream.read_to_end(&mut answer)).await.expect("the connection stays open");
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_request_under_way_is_not_silence() {
    let world = World::open(Limits { silence: SHORT * 3, ..GENEROUS }).await;
    let (mut first, mut second) = (world.http1(nobody()).await, world.http2(nobody()).await);
    let answers = async { tokio::join!(first.get("/gate"), second.get("/gate")) };
    let leave = async {
        world.gate.entered.acquire_many(2).await.unwrap().forget();
        tokio::time::sleep(SHORT * 6).await;
        world.gate.leave.add_permits(2);
    };
    let ((answer1, answer2), ()) = tokio::join!(answers, leave);
    assert_eq!(text(answer1.unwrap()).await, "through");
    assert_eq!(text(answer2.unwrap()).await, "through");
    // The connections were not about to end either.
    assert_eq!(text(first.get("/peer").await.unwrap()).await, "nobody");
    assert_eq!(text(second.get("/peer").await.unwrap()).await, "nobody");
}

#[tokio::test]
async fn a_connection_of_age_ends_after_the_request_under_way() {
    let world = World::open(Limits { age: SHORT, ..GENEROUS }).await;
    let (mut first, mut second) = (world.http1(nobody()).await, world.http2(nobody()).await);
    let answers = async { tokio::join!(first.get("/gate"), second.get("/gate")) };
    let leave = async {
        world.gate.entered.acquire_many(2).await.unwrap().forget();
        tokio::time::sleep(SHORT * 2).await;
        world.gate.leave.add_permits(2);
    };
    let ((answer1, answer2), ()) = tokio::join!(answers, leave);
    assert_eq!(text(answer1.unwrap()).await, "through");
    assert_eq!(text(answer2.unwrap()).await, "through");
    timeout(HANG, first.ended).await.expect("HTTP/1.1 stays open").unwrap();
    timeout(HANG, second.ended).await.expect("HTTP/2 stays open").unwrap();
}

#[tokio::test]
async fn a_request_that_outlives_its_connection_of_age_is_cut_at_last() {
    let world = World::open(Limits { age: SHORT, finish: SHORT, ..GENEROUS }).await;
    let (mut first, mut second) = (world.http1(nobody()).await, world.http2(nobody()).await);
    let answers = async { tokio::join!(first.get("/gate"), second.get("/gate")) };
    let (answer1, answer2) = timeout(HANG, answers).await.expect("a request holds its connection for ever");
    answer1.expect_err("HTTP/1.1: an answer came from nowhere");
    answer2.expect_err("HTTP/2: an answer came from nowhere");
}

#[tokio::test]
async fn a_long_answer_learns_that_its_connection_comes_of_age() {
    let world = World::open(Limits { age: SHORT * 3, ..GENEROUS }).await;
    let (mut first, mut second) = (world.http1(nobody()).await, world.http2(nobody()).await);
    let (answer1, answer2) = tokio::join!(first.get("/ending"), second.get("/ending"));
    assert_eq!(text(answer1.unwrap()).await, "ended");
    assert_eq!(text(answer2.unwrap()).await, "ended");
}

/// What a head may take on HTTP/2, as RFC 9113 (section 6.5.2) counts: each field with 32 bytes more.
/// The library takes less than its limit of 16 KiB, not as much.
const HEAD_BYTES: usize = 16 * 1024 - 1;

/// A request whose head is so many bytes.
fn head_of(bytes: usize) -> http::Request<Empty<Bytes>> {
    let field = |name: &str, value: &str| name.len() + value.len() + 32;
    let fixed = field(":method", "GET")
        + field(":scheme", "https")
        + field(":authority", "localhost")
        + field(":path", "/peer")
        + field("x", "");
    let request = http::Request::get("https://localhost/peer").header("x", "a".repeat(bytes - fixed));
    request.body(Empty::new()).unwrap()
}

#[tokio::test]
async fn the_largest_head_passes_and_one_byte_more_is_refused_and_costs_no_other_request_anything() {
    let world = World::open(GENEROUS).await;
    let mut peer = world.http2(nobody()).await;
    assert_eq!(text(peer.sender.send_request(head_of(HEAD_BYTES)).await.unwrap()).await, "nobody");
    let refused = peer.sender.send_request(head_of(HEAD_BYTES + 1)).await;
    assert_eq!(refused.unwrap().status(), http::StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(text(peer.get("/peer").await.unwrap()).await, "nobody");
}

#[tokio::test]
async fn one_connection_more_than_the_limit_is_closed_and_a_place_left_is_given_again() {
    let world = World::open(Limits { connections: 2, ..GENEROUS }).await;
    let mut first = world.http1(nobody()).await;
    let mut second = world.http1(nobody()).await;
    assert_eq!(text(first.get("/peer").await.unwrap()).await, "nobody");
    assert_eq!(text(second.get("/peer").await.unwrap()).await, "nobody");
    world.connect(nobody()).await.expect_err("a third connection was let in");
    drop(first);
    let again = async {
        // The place is free when the server has seen the first one leave.
        while world.connect(nobody()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(HANG, again).await.expect("the place of the first was lost");
    assert_eq!(text(second.get("/peer").await.unwrap()).await, "nobody");
}
