//! The door closes: what was begun is finished, and nothing else is.

use std::time::Duration;

use careplan_platform::tls::Limits;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::world::{GENEROUS, HANG, World, nobody, text};

#[tokio::test]
async fn a_request_under_way_finishes_and_a_new_connection_is_refused() {
    let world = World::open(GENEROUS).await;
    let (mut first, mut second) = (world.http1(nobody()).await, world.http2(nobody()).await);
    let idle = world.http1(nobody()).await;
    let answers = async { tokio::join!(first.get("/gate"), second.get("/gate")) };
    let closing = async {
        world.gate.entered.acquire_many(2).await.unwrap().forget();
        let refused = async {
            // The idle one ends at once; by then nobody new is accepted.
            timeout(HANG, idle.ended).await.expect("an idle connection stays open").unwrap();
            while TcpStream::connect(world.address()).await.is_ok() {
                tokio::task::yield_now().await;
            }
            world.gate.leave.add_permits(2);
        };
        let (finished, ()) = tokio::join!(world.door.close(HANG), refused);
        finished
    };
    let ((first, second), finished) = tokio::join!(answers, closing);
    assert_eq!(text(first.unwrap()).await, "through");
    assert_eq!(text(second.unwrap()).await, "through");
    assert!(finished);
}

#[tokio::test]
async fn a_request_that_does_not_finish_in_time_is_cut() {
    let world = World::open(Limits { finish: HANG * 10, ..GENEROUS }).await;
    let mut peer = world.http1(nobody()).await;
    let closing = async {
        world.gate.entered.acquire().await.unwrap().forget();
        world.door.close(Duration::from_millis(100)).await
    };
    let both = async { tokio::join!(peer.get("/gate"), closing) };
    let (answer, finished) = timeout(HANG, both).await.expect("the request was waited for");
    answer.expect_err("an answer came from nowhere");
    assert!(!finished);
}

#[tokio::test]
async fn a_door_that_is_dropped_cuts_at_once() {
    let world = World::open(GENEROUS).await;
    let mut peer = world.http1(nobody()).await;
    assert_eq!(text(peer.get("/peer").await.unwrap()).await, "nobody");
    let address = world.address();
    drop(world);
    timeout(HANG, peer.ended).await.expect("the connection stays open").unwrap();
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(HANG, refused).await.expect("the port is still open");
}
