//! The authority is made once, and never a second time by accident.

use std::os::unix::fs::PermissionsExt as _;

use careplan_platform::authority::home::{self, Home};
use careplan_platform::config::Config;
use careplan_testkit::on_both_databases;

use crate::world::{LIST_URL, World};

async fn open(world: &World, config: &Config) -> anyhow::Result<Home> {
    home::open(config, &world.store, LIST_URL.into(), world.clock.now()).await
}

on_both_databases! {
    async fn the_same_authority_is_found_again_and_its_key_is_the_owners_only(database: TestDatabase) {
        let world = World::new(&database).await;
        let again = open(&world, &world.config).await.unwrap();
        assert!(matches!(&again, Home::Here(issuer) if issuer.certificate() == world.desk.root()));
        let mode = std::fs::metadata(world.config.authority_key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    async fn a_replica_without_the_key_leaves_issuing_to_the_other(database: TestDatabase) {
        let world = World::new(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let other = Config::load(None, Some(folder.path().join("other"))).unwrap();
        let home = open(&world, &other).await.unwrap();
        assert!(matches!(&home, Home::Elsewhere(root) if root == world.desk.root()));
        assert!(!other.authority_key_file().exists(), "no second authority came into being");
    }

    async fn a_key_of_another_authority_is_refused(database: TestDatabase) {
        let world = World::new(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let other = Config::load(None, Some(folder.path().join("other"))).unwrap();
        let key = careplan_envelope::SigningKey::generate_p256().unwrap();
        let pem = careplan_platform::key_file::pem_of_key(&key).unwrap();
        careplan_platform::key_file::write(&other.authority_key_file(), &pem).unwrap();
        let fault = open(&world, &other).await.unwrap_err().to_string();
        assert!(fault.contains("別のものです"), "{fault}");
    }

    async fn a_crash_between_key_and_record_ends_in_one_authority(database: TestDatabase) {
        let world = World::new(&database).await;
        std::fs::remove_file(world.config.authority_certificate_file()).unwrap();
        // The key is the database's, its certificate file is gone: not silently another root.
        let fault = open(&world, &world.config).await;
        assert!(matches!(&fault, Ok(Home::Here(issuer)) if issuer.certificate() == world.desk.root()), "{fault:?}");
    }
}
