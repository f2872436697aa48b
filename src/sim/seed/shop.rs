//! Owns the shop: production in us-east-1, a standby Region with nothing in it yet.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::make::Maker;
use super::{ACCOUNT, SeedError, shop_data, shop_store, shop_tiers};
use crate::model::AccountId;
use crate::sim::state::SimState;

/// The account of a shop at a time: `shop-web`, `shop-api` and `shop-worker` in us-east-1 with fourteen days of metrics
/// and parameters below `/shop/prod/`, the database `shop-orders`, the global table `shop-carts`, the bucket
/// `shop-uploads` and the hosted zone `Z0SHOPEXAMPLE`; in us-west-2 the replicas of table and bucket, a key (`alias/shop-dr`), a key pair (`shop-ops-west`) and a
/// certificate.
pub fn shop(now: Timestamp) -> Result<SimState, SeedError> {
    let mut state = SimState::empty(AccountId(ACCOUNT.to_owned()), now);
    state.instance_profiles =
        ["shop-web", "shop-api", "shop-worker"].into_iter().map(str::to_owned).collect::<BTreeSet<_>>();

    let standby = state.region_mut("us-west-2");
    standby.keys.insert("alias/shop-dr".to_owned());
    standby.keys.insert("arn:aws:kms:us-west-2:111122223333:key/2b1f6c9e-0d4a-4f7b-9a31-6d5e0c7b8a90".to_owned());
    standby.key_pairs.insert("shop-ops-west".to_owned());
    standby.certificates.insert("arn:aws:acm:us-west-2:111122223333:certificate/bbbb".to_owned());

    // Production has been running for three days.
    let since = now.checked_sub(SignedDuration::from_hours(72)).unwrap_or(now);
    state.with_region("us-east-1", |region, account| {
        region.vcpu_quota = 1152;
        region.keys.insert("alias/shop-prod".to_owned());
        region.key_pairs.insert("shop-ops".to_owned());
        region.certificates.insert("arn:aws:acm:us-east-1:111122223333:certificate/aaaa".to_owned());
        let mut maker = Maker { region, account, now: since };
        let tiers = shop_tiers::make(&mut maker)?;
        let database = shop_store::make(&mut maker, &tiers)?;
        shop_data::parameters(maker.region, &tiers.api_dns, &database);
        shop_data::metrics(maker.region, now);
        Ok(())
    })?;
    shop_store::standby(&mut state, since)?;
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::super::START;
    use super::*;

    #[test]
    fn the_shop_runs() {
        let state = shop(START).expect("the seed fits");
        let east = &state.regions["us-east-1"];
        let sizes: Vec<(&str, u32, u32)> = east
            .groups
            .values()
            .map(|group| (group.facts.name.as_str(), group.facts.size.desired, group.in_service(START, &east.timings)))
            .collect();
        assert_eq!(sizes, [("shop-api", 4, 4), ("shop-web", 6, 6), ("shop-worker", 3, 3)]);
        assert!(east.parameters.len() > 10, "more than one page of parameters");
        let west = &state.regions["us-west-2"];
        assert!(west.groups.is_empty() && west.vpcs.is_empty() && west.images.is_empty());
        assert_eq!(START.to_string(), "2026-11-20T09:00:00Z");
    }
}
