//! Owns the rules of tiers: names and groups are distinct, and what is said means something under the strategy.

use std::collections::BTreeMap;

use super::{every, given, given_or};
use crate::environment::defaults;
use crate::environment::remark::Remark;
use crate::environment::written::{May, WrittenBasis, WrittenFull, WrittenStandby, WrittenTier};
use crate::model::{Basis, FullSize, Span, StandbySize, Strategy, Tier, TierLoadBalancer, logical_part};
use crate::yaml::read::{Place, Placed};

/// How long CloudWatch keeps hourly data points; nothing older can hold a peak (CloudWatch user guide, metrics retention).
const LONGEST_WINDOW: Span = Span::from_secs(455 * 86_400);
/// A shorter window would not hold one data point of a group without detailed metrics.
const SHORTEST_WINDOW: Span = Span::from_secs(3_600);

/// The tiers, by order, then by name.
pub fn tiers(
    written: &Placed<Vec<Placed<WrittenTier>>>,
    strategy: Option<Strategy>,
    remarks: &mut Vec<Remark>,
) -> Option<Vec<Tier>> {
    let items = written.value.as_ref()?;
    if items.is_empty() {
        remarks.push(Remark::error(written.place, "tiers", "there is no tier: nothing would be protected").help(
            "add one entry per Auto Scaling group, such as `- { name: web, group: { auto_scaling_group: shop-web } }`",
        ));
        return None;
    }
    distinct(items, remarks);
    let mut tiers = every(items, |i, item| tier(i, item.value.as_ref()?, strategy, remarks))?;
    tiers.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
    Some(tiers)
}

fn distinct(items: &[Placed<WrittenTier>], remarks: &mut Vec<Remark>) {
    let mut names: BTreeMap<String, (&str, Place)> = BTreeMap::new();
    let mut groups: BTreeMap<&str, Place> = BTreeMap::new();
    for (i, tier) in items.iter().enumerate() {
        let Some(tier) = &tier.value else { continue };
        if let Some((name, place)) = tier.name.get() {
            let logical = logical_part(&name.0);
            if let Some((other, first)) = names.get(&logical) {
                let remark = if *other == name.0 {
                    Remark::error(place, format!("tiers[{i}].name"), format!("there are two tiers named `{other}`"))
                } else {
                    let message =
                        format!("the tiers `{other}` and `{}` would both be `{logical}` in templates", name.0);
                    Remark::error(place, format!("tiers[{i}].name"), message)
                };
                remarks.push(remark.help("give each tier a name of its own").related(*first, "first here"));
            } else {
                names.insert(logical, (name.0.as_str(), place));
            }
        }
        if let Some(group) = &tier.group.value
            && let Some((name, place)) = group.auto_scaling_group.get()
        {
            if let Some(first) = groups.get(name.0.as_str()) {
                let path = format!("tiers[{i}].group.auto_scaling_group");
                let message = format!("two tiers mirror the group `{}`: it would be counted twice", name.0);
                remarks.push(
                    Remark::error(place, path, message)
                        .help("mirror each group in one tier")
                        .related(*first, "first here"),
                );
            } else {
                groups.insert(name.0.as_str(), place);
            }
        }
    }
}

fn tier(i: usize, written: &WrittenTier, strategy: Option<Strategy>, remarks: &mut Vec<Remark>) -> Option<Tier> {
    let path = format!("tiers[{i}]");
    let standby = standby(&path, &written.standby, strategy, remarks);
    let full = full(&path, &written.full, remarks);
    let instance_types = match &written.instance_types {
        None => Some(Vec::new()),
        Some(types) => instance_types(&path, types.value.as_deref(), remarks),
    };
    let load_balancer = match &written.load_balancer {
        None => Some(None),
        Some(placed) => placed.value.as_ref().and_then(|balancer| {
            Some(Some(TierLoadBalancer {
                listener: given(&balancer.listener, |port| port.0)?,
                health_check: given(&balancer.health_check, |path| path.0.clone())?,
            }))
        }),
    };
    Some(Tier {
        name: written.name.value.as_ref()?.0.clone(),
        order: given_or(&written.order, defaults::ORDER, |order| order.0)?,
        auto_scaling_group: written.group.value.as_ref()?.auto_scaling_group.value.as_ref()?.0.clone(),
        standby: standby?,
        full: full?,
        instance_types: instance_types?,
        load_balancer: load_balancer?,
    })
}

fn standby(
    path: &str,
    written: &May<WrittenStandby>,
    strategy: Option<Strategy>,
    remarks: &mut Vec<Remark>,
) -> Option<StandbySize> {
    let Some(placed) = written else { return Some(StandbySize { percent: defaults::PERCENT, min: defaults::MIN }) };
    let why = match strategy {
        Some(strategy @ (Strategy::PilotLight | Strategy::BackupAndRestore)) => {
            Some(format!("under {strategy} the groups stand at zero, so `standby` says nothing here"))
        }
        Some(Strategy::MultiSite) => {
            Some("under multi-site the groups stand at full size, so `standby` says nothing here".into())
        }
        Some(Strategy::WarmStandby) | None => None,
    };
    if let Some(why) = why {
        let remark = Remark::warning(placed.place, format!("{path}.standby"), why);
        remarks.push(remark.help("take it away, or choose the strategy warm-standby"));
    }
    let size = placed.value.as_ref()?;
    Some(StandbySize {
        percent: given_or(&size.percent, defaults::PERCENT, |percent| percent.0)?,
        min: given_or(&size.min, defaults::MIN, |min| min.0)?,
    })
}

fn full(path: &str, written: &May<WrittenFull>, remarks: &mut Vec<Remark>) -> Option<FullSize> {
    let default = FullSize { basis: defaults::BASIS, window: defaults::WINDOW, floor: defaults::FLOOR };
    let Some(placed) = written else { return Some(default) };
    let full = placed.value.as_ref()?;
    let basis = given_or(&full.basis, default.basis, |basis| match basis {
        WrittenBasis::Peak => Basis::Peak,
        WrittenBasis::Current => Basis::Current,
    });
    if let Some((window, place)) = full.window.as_ref().and_then(Placed::get) {
        let path = format!("{path}.full.window");
        if !(SHORTEST_WINDOW..=LONGEST_WINDOW).contains(&window.0) {
            let message = format!(
                "a peak is looked for over {SHORTEST_WINDOW} to {LONGEST_WINDOW}, which CloudWatch keeps, not {}",
                window.0
            );
            remarks.push(Remark::error(place, path, message).help(format!("the default is {}", default.window)));
        } else if basis == Some(Basis::Current) {
            let message = "a window is for the basis `peak`; the basis `current` looks at one moment";
            remarks.push(Remark::warning(place, path, message).help("take the window away, or choose `basis: peak`"));
        }
    }
    Some(FullSize {
        basis: basis?,
        window: given_or(&full.window, default.window, |window| window.0)?,
        floor: given_or(&full.floor, default.floor, |floor| floor.0)?,
    })
}

fn instance_types(
    path: &str,
    written: Option<&[Placed<crate::environment::values::InstanceType>]>,
    remarks: &mut Vec<Remark>,
) -> Option<Vec<String>> {
    let items = written?;
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for (i, item) in items.iter().enumerate() {
        let Some((kind, place)) = item.get() else { continue };
        if let Some(first) = seen.insert(kind.0.as_str(), place) {
            let message = format!("`{}` is listed twice", kind.0);
            remarks.push(
                Remark::error(place, format!("{path}.instance_types[{i}]"), message)
                    .help("list each type once, the preferred one first")
                    .related(first, "first here"),
            );
        }
    }
    every(items, |_, item| Some(item.value.as_ref()?.0.clone()))
}
