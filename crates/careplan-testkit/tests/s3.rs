//! The S3 server of the kit speaks S3 and checks signatures.

#![expect(clippy::unwrap_used, reason = "tests")]

use careplan_testkit::s3::S3Server;
use object_store::ObjectStoreExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;

fn client(server: &S3Server, secret: &str) -> object_store::aws::AmazonS3 {
    AmazonS3Builder::new()
        .with_endpoint(server.endpoint())
        .with_allow_http(true)
        .with_region(S3Server::REGION)
        .with_bucket_name(S3Server::BUCKET)
        .with_access_key_id(S3Server::ACCESS_KEY)
        .with_secret_access_key(secret)
        .with_retry(object_store::RetryConfig { max_retries: 0, ..Default::default() })
        .build()
        .unwrap()
}

#[tokio::test]
async fn an_object_comes_back_as_it_was_put() {
    let server = S3Server::start().await;
    let client = client(&server, S3Server::SECRET_KEY);
    let path = Path::from("a/letter");
    client.put(&path, "sealed".into()).await.unwrap();
    assert_eq!(client.get(&path).await.unwrap().bytes().await.unwrap(), "sealed");
    assert_eq!(server.objects(), 1);
    client.delete(&path).await.unwrap();
    assert_eq!(server.objects(), 0);
}

#[tokio::test]
async fn a_wrong_secret_key_is_refused() {
    let server = S3Server::start().await;
    let stranger = client(&server, "guessed");
    stranger.put(&Path::from("letter"), "forged".into()).await.unwrap_err();
    assert_eq!(server.objects(), 0);
}

#[tokio::test]
async fn a_stopped_server_does_not_answer() {
    let server = S3Server::start().await;
    server.stop();
    let client = client(&server, S3Server::SECRET_KEY);
    client.put(&Path::from("letter"), "sealed".into()).await.unwrap_err();
}
