//! Owns the rules of traffic: the record leads to a tier, and what is said belongs to the switch that was chosen.

use super::given_or;
use crate::environment::defaults;
use crate::environment::remark::Remark;
use crate::environment::values::bad_bucket;
use crate::environment::written::{
    May, WrittenEnvironment, WrittenHealthCheck, WrittenProbe, WrittenStrategy, WrittenSwitch, WrittenTier,
    WrittenTraffic,
};
use crate::model::{DataSet, Probe, Span, Switch, Tier, Traffic, closest};
use crate::yaml::read::{Place, Placed};

/// What an object's name ends with that says the standby has taken over.
const OBJECT: &str = "standby-takes-over";

/// How users reach the side that serves; the inner `None` where the file says nothing.
pub fn traffic(
    environment: &WrittenEnvironment,
    tiers: Option<&[Tier]>,
    data: Option<&[DataSet]>,
    remarks: &mut Vec<Remark>,
) -> Option<Option<Traffic>> {
    let Some(placed) = &environment.traffic else { return Some(None) };
    let written = placed.value.as_ref()?;
    foreign_keys(written, remarks);
    let ttl = ttl(written, remarks);
    let check = health_check(&written.health_check, remarks);
    let probe = probe(&written.probe);
    if written.probe.is_none() {
        let message = "nothing asks the service whether it answers once users are led to a side";
        let record = written.record.value.as_ref().map_or("shop.example.com", |record| record.0.as_str());
        let help = format!("add `probe: {{ url: https://{record}/healthz, status: 200 }}`");
        remarks.push(Remark::warning(placed.place, "traffic.probe", message).help(help));
    }
    let tier = tier(written, environment, tiers, remarks);
    let switch = switch(written, environment, data, placed.place, remarks);
    let (interval, failures) = check?;
    Some(Some(Traffic {
        record: written.record.value.as_ref()?.0.clone(),
        zone: written.zone.value.as_ref()?.0.clone(),
        switch: switch?,
        tier: tier?,
        ttl: ttl?,
        check_interval_s: interval,
        check_failures: failures,
        probe: probe?,
    }))
}

/// The word a switch is written with.
fn word(switch: WrittenSwitch) -> &'static str {
    match switch {
        WrittenSwitch::StandbyTakesOver => "standby-takes-over",
        WrittenSwitch::Failover => "failover",
        WrittenSwitch::Weighted => "weighted",
        WrittenSwitch::Manual => "manual",
    }
}

/// Refuses what only another switch makes use of: it would say nothing, and somebody believes that it does.
fn foreign_keys(written: &WrittenTraffic, remarks: &mut Vec<Remark>) {
    use WrittenSwitch::{Failover, StandbyTakesOver, Weighted};
    let Some((chosen, place)) = written.switch.get() else { return };
    let path = written.health_check.as_ref().and_then(|check| check.value.as_ref()?.path.as_ref());
    let keys: [(&str, Option<Place>, &[WrittenSwitch]); 4] = [
        ("bucket", written.bucket.as_ref().map(|key| key.place), &[StandbyTakesOver]),
        ("weights", written.weights.as_ref().map(|key| key.place), &[Weighted]),
        ("health_check", written.health_check.as_ref().map(|key| key.place), &[StandbyTakesOver, Failover]),
        ("health_check.path", path.map(|key| key.place), &[Failover]),
    ];
    let mut refused = Vec::new();
    for (key, at, belongs) in keys {
        let Some(at) = at.filter(|_| !belongs.contains(chosen)) else { continue };
        // What is below a key that was refused goes with it.
        if refused.iter().any(|above: &&str| key.starts_with(*above)) {
            continue;
        }
        refused.push(key);
        let switches: Vec<String> = belongs.iter().map(|switch| format!("`{}`", word(*switch))).collect();
        let message =
            format!("`{key}` belongs to the switch {}, and the switch is `{}`", switches.join(" or "), word(*chosen));
        remarks.push(
            Remark::error(at, format!("traffic.{key}"), message)
                .help("take it away, or choose that switch")
                .related(place, "the switch"),
        );
    }
}

fn ttl(written: &WrittenTraffic, remarks: &mut Vec<Remark>) -> Option<Span> {
    let ttl = given_or(&written.ttl, defaults::TTL, |ttl| ttl.0)?;
    let Some(placed) = &written.ttl else { return Some(ttl) };
    if ttl.as_secs() == 0 || ttl.as_secs() > 86_400 {
        let message = format!("resolvers keep an answer for 1s to 1d, not {ttl}");
        remarks.push(Remark::error(placed.place, "traffic.ttl", message).help("write a minute or so, such as 60s"));
        return None;
    }
    let is_manual = written.switch.value == Some(WrittenSwitch::Manual);
    if ttl != defaults::TTL && !is_manual {
        let message = format!("the records are aliases to load balancers, which have 60s, not {ttl}");
        remarks.push(
            Remark::warning(placed.place, "traffic.ttl", message)
                .help("users are waited for at least 60s; take it away unless resolvers of yours keep answers longer"),
        );
    }
    Some(ttl)
}

/// Seconds between checks, and failed checks before a side is taken out of service.
fn health_check(written: &May<WrittenHealthCheck>, remarks: &mut Vec<Remark>) -> Option<(u32, u32)> {
    const KNOWN: [u32; 2] = [10, 30];
    let default = u32::try_from(defaults::CHECK_INTERVAL.as_secs()).ok()?;
    let Some(placed) = written else { return Some((default, defaults::CHECK_FAILURES)) };
    let check = placed.value.as_ref()?;
    let interval = match &check.interval {
        None => Some(default),
        Some(placed) => placed.get().and_then(|(length, place)| {
            let seconds = u32::try_from(length.0.as_secs()).ok().filter(|seconds| KNOWN.contains(seconds));
            if seconds.is_none() {
                let message = format!("Route 53 checks every 10s or every 30s, not every {}", length.0);
                remarks.push(
                    Remark::error(place, "traffic.health_check.interval", message)
                        .help("write 10s, which costs more and is noticed sooner, or 30s"),
                );
            }
            seconds
        }),
    };
    Some((interval?, given_or(&check.failures, defaults::CHECK_FAILURES, |failures| failures.0)?))
}

fn probe(written: &May<WrittenProbe>) -> Option<Option<Probe>> {
    let Some(placed) = written else { return Some(None) };
    let probe = placed.value.as_ref()?;
    Some(Some(Probe {
        url: probe.url.value.as_ref()?.0.clone(),
        status: given_or(&probe.status, defaults::PROBE_STATUS, |status| status.0)?,
    }))
}

/// The tier whose load balancer the record names.
fn tier(
    written: &WrittenTraffic,
    environment: &WrittenEnvironment,
    tiers: Option<&[Tier]>,
    remarks: &mut Vec<Remark>,
) -> Option<String> {
    let Some(placed) = &written.tier else {
        let tiers = tiers?;
        let mut named = tiers.iter().filter(|tier| tier.load_balancer.is_some());
        let only = named.next().filter(|_| named.next().is_none());
        return Some(only.or(tiers.first())?.name.clone());
    };
    let (name, place) = placed.get()?;
    // Names as written: a tier that has other problems is a tier all the same.
    let known: Vec<&str> = written_names(&environment.tiers).collect();
    if known.contains(&name.0.as_str()) {
        return Some(name.0.clone());
    }
    let help = match closest(&name.0, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the tiers are `{}`", known.join("`, `")),
    };
    remarks.push(
        Remark::error(place, "traffic.tier", format!("there is no tier `{}`", name.0))
            .help(help)
            .related(environment.tiers.place, "the tiers"),
    );
    None
}

fn written_names(tiers: &Placed<Vec<Placed<WrittenTier>>>) -> impl Iterator<Item = &str> {
    let tiers = tiers.value.iter().flatten();
    tiers.filter_map(|tier| Some(tier.value.as_ref()?.name.value.as_ref()?.0.as_str()))
}

fn switch(
    written: &WrittenTraffic,
    environment: &WrittenEnvironment,
    data: Option<&[DataSet]>,
    place: Place,
    remarks: &mut Vec<Remark>,
) -> Option<Switch> {
    match written.switch.value.as_ref()? {
        WrittenSwitch::StandbyTakesOver => {
            let bucket = bucket(written, environment, data, place, remarks)?;
            let key = format!("{}/{OBJECT}", written.record.value.as_ref()?.0);
            Some(Switch::StandbyTakesOver { bucket, key })
        }
        WrittenSwitch::Failover => {
            let check = written.health_check.as_ref().map(|check| check.value.as_ref());
            let path = match check {
                None => defaults::CHECK_PATH.to_owned(),
                Some(check) => given_or(&check?.path, defaults::CHECK_PATH.to_owned(), |path| path.0.clone())?,
            };
            let databases =
                data.into_iter().flatten().filter(|data| data.has_one_writer()).map(|data| data.name.as_str());
            let databases: Vec<&str> = databases.collect();
            if environment.strategy.value != Some(WrittenStrategy::MultiSite) {
                remarks.push(early(written.switch.place, &path, &databases));
            }
            if !databases.is_empty() {
                let message = format!(
                    "with `failover` Route 53 leads users back by itself as soon as the primary is well again, to the \
                     databases it had before ({}): what is written in the standby is not there",
                    databases.join(", ")
                );
                remarks.push(
                    Remark::warning(written.switch.place, "traffic.switch", message)
                        .help("`standby-takes-over` leads them back when a failback says so"),
                );
            }
            Some(Switch::Failover { path })
        }
        WrittenSwitch::Weighted => weights(written, remarks),
        WrittenSwitch::Manual => Some(Switch::Manual),
    }
}

/// That `failover` leads users over before anybody has declared.
fn early(place: Place, path: &str, databases: &[&str]) -> Remark {
    let what = match databases {
        [] => "that has its standby footprint".to_owned(),
        all => format!("that has its standby footprint and whose databases take no writes ({})", all.join(", ")),
    };
    let message = format!(
        "with `failover` Route 53 leads users to the standby by itself as soon as production's load balancer does not answer \
         `{path}` under its own name with 2xx or 3xx: before anybody declares, to a standby {what}"
    );
    Remark::warning(place, "traffic.switch", message)
        .help("`standby-takes-over` leads nobody there until somebody declares")
}

fn weights(written: &WrittenTraffic, remarks: &mut Vec<Remark>) -> Option<Switch> {
    let default = Switch::Weighted { primary: defaults::PRIMARY_WEIGHT, standby: defaults::STANDBY_WEIGHT };
    let Some(placed) = &written.weights else { return Some(default) };
    let weights = placed.value.as_ref()?;
    let primary = given_or(&weights.primary, defaults::PRIMARY_WEIGHT, |weight| weight.0)?;
    let standby = given_or(&weights.standby, defaults::STANDBY_WEIGHT, |weight| weight.0)?;
    if primary == 0 && standby == 0 {
        // Route 53 developer guide, "Weighted routing": with zero everywhere each is answered as often as the other.
        let message = "both weights are 0: Route 53 would then send half of the traffic to either side";
        remarks.push(
            Remark::error(placed.place, "traffic.weights", message)
                .help("give at least one side a weight, such as 100"),
        );
        return None;
    }
    Some(Switch::Weighted { primary, standby })
}

/// The bucket of the object that moves traffic: its own, because one object of it can be read by everybody.
fn bucket(
    written: &WrittenTraffic,
    environment: &WrittenEnvironment,
    data: Option<&[DataSet]>,
    place: Place,
    remarks: &mut Vec<Remark>,
) -> Option<String> {
    let Some(placed) = &written.bucket else {
        let name = &environment.name.value.as_ref()?.0;
        let standby = environment.standby.value.as_ref()?;
        let account = &standby.account.value.as_ref()?.0;
        let made = format!("{name}-traffic-{account}-{}", standby.region.value.as_ref()?.0);
        if bad_bucket(&made).is_some() {
            let message = format!("the bucket would be called `{made}`, and a bucket's name has 3 to 63 characters");
            remarks.push(
                Remark::error(place, "traffic.bucket", message)
                    .help("add a shorter name of your own, such as `bucket: shop-dr-traffic`"),
            );
            return None;
        }
        return Some(made);
    };
    let (bucket, at) = placed.get()?;
    let used = data.into_iter().flatten().any(|data| data.is_in_bucket(&bucket.0));
    if used {
        let message =
            format!("`{}` holds data; the object that moves traffic needs a bucket that lifeboat makes", bucket.0);
        remarks.push(Remark::error(at, "traffic.bucket", message).help("name a bucket that is not there yet"));
        return None;
    }
    if bucket.0.contains('.') {
        // S3 user guide, "Virtual hosting of buckets": the certificate stands for one label.
        let message = format!(
            "`{}` has a dot: health checkers ask for its object over HTTPS, and S3's certificate is not good for such names",
            bucket.0
        );
        let help = format!("write dashes, such as `{}`", bucket.0.replace('.', "-"));
        remarks.push(Remark::error(at, "traffic.bucket", message).help(help));
        return None;
    }
    Some(bucket.0.clone())
}
