//! The platform's own certificates come from the same book, and survive crashes.

use careplan_envelope::{OfficeKey as _, SigningKey};
use careplan_platform::authority::own::{Held, Wish};
use careplan_platform::authority::profile::ProfileName;
use careplan_platform::key_file;
use careplan_testkit::on_both_databases;

use crate::world::World;

fn wish(world: &World, names: &[&str]) -> Wish {
    let names = names.iter().map(|it| (*it).to_owned()).collect();
    Wish { profile: ProfileName::PlatformServer, names, folder: world.config.data_dir.join("keys") }
}

/// Works until one order was worked on, as the loop in `serve` would.
pub(crate) async fn work_until_idle(world: &World) -> anyhow::Result<()> {
    while !world.desk.work_one().await? {
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn obtain(world: &World, wish: &Wish) -> Held {
    let (held, worked) = tokio::join!(wish.obtain(&world.store, &world.clock, None), work_until_idle(world));
    worked.unwrap();
    held.unwrap()
}

async fn held(world: &World, wish: &Wish) -> Option<Held> {
    let roots = [world.desk.root().clone()];
    wish.held(&world.store, &roots, world.clock.now()).await.unwrap()
}

on_both_databases! {
    async fn what_was_obtained_is_held_after_a_restart(database: TestDatabase) {
        let world = World::new(&database).await;
        let wish = wish(&world, &["localhost", "127.0.0.1"]);
        assert!(held(&world, &wish).await.is_none());
        let first = obtain(&world, &wish).await;
        let again = held(&world, &wish).await.unwrap();
        assert_eq!(again.certificate, first.certificate);
        assert_eq!(again.key.public_key_spki(), first.certificate.public_key_spki());
        assert!(wish.held(&world.store, &[], world.clock.now()).await.unwrap().is_none(), "no authority of ours");
    }

    async fn a_key_that_waited_for_its_certificate_is_used_after_a_crash(database: TestDatabase) {
        let world = World::new(&database).await;
        let wish = wish(&world, &["localhost"]);
        let key = SigningKey::generate_p256().unwrap();
        let draft = wish.folder.join("platform-server-next.pem");
        key_file::write(&draft, &key_file::pem_of_key(&key).unwrap()).unwrap();
        let obtained = obtain(&world, &wish).await;
        assert_eq!(obtained.certificate.public_key_spki(), key.public_key_spki());
        assert!(!draft.exists());
    }

    async fn other_names_a_revocation_and_the_last_third_ask_for_a_new_one(database: TestDatabase) {
        let world = World::new(&database).await;
        let first = wish(&world, &["localhost"]);
        let certificate = obtain(&world, &first).await.certificate;
        assert!(held(&world, &wish(&world, &["localhost", "192.0.2.1"])).await.is_none(), "another address");
        assert!(held(&world, &wish(&world, &["localhost", "exchange.example.jp"])).await.is_none());

        let validity = certificate.not_after().duration_since(certificate.not_before());
        world.hand.set(certificate.not_after() - validity / 3);
        assert!(held(&world, &first).await.is_some(), "a third is left");
        world.advance(1);
        assert!(held(&world, &first).await.is_none(), "less than a third is left");

        world.hand.set(certificate.not_before());
        world.revoke(certificate.serial()).await;
        assert!(held(&world, &first).await.is_none(), "revoked");
    }

    async fn a_refused_order_says_why_and_the_next_try_has_a_new_key(database: TestDatabase) {
        let world = World::new(&database).await;
        let wrong = wish(&world, &["*.example.jp"]);
        let (held, worked) =
            tokio::join!(wrong.obtain(&world.store, &world.clock, None), work_until_idle(&world));
        worked.unwrap();
        let fault = held.unwrap_err().to_string();
        assert!(fault.contains("`*.example.jp` is neither a DNS name"), "{fault}");
        obtain(&world, &wish(&world, &["localhost"])).await;
    }
}
