//! Owns the rules of the two sides: they differ, can reach each other, and their roles fit their accounts.

use super::given;
use crate::environment::regions::{KNOWN, partition};
use crate::environment::remark::Remark;
use crate::environment::values::RegionCode;
use crate::environment::written::WrittenSide;
use crate::model::closest;
use crate::model::{AccountId, Region, Side};
use crate::yaml::read::{Place, Placed};

/// The Regions of primary and standby, as far as they could be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Regions<'a> {
    pub primary: Option<&'a str>,
    pub standby: Option<&'a str>,
}

/// The Regions of both sides.
pub fn regions<'a>(primary: &'a Placed<WrittenSide>, standby: &'a Placed<WrittenSide>) -> Regions<'a> {
    let of = |side: &'a Placed<WrittenSide>| Some(side.value.as_ref()?.region.value.as_ref()?.0.as_str());
    Regions { primary: of(primary), standby: of(standby) }
}

/// Primary and standby.
pub fn sides(
    primary: &Placed<WrittenSide>,
    standby: &Placed<WrittenSide>,
    remarks: &mut Vec<Remark>,
) -> Option<(Side, Side)> {
    if let (Some(primary), Some(standby)) = (&primary.value, &standby.value) {
        apart(primary, standby, remarks);
    }
    let primary = side("primary", primary, remarks);
    let standby = side("standby", standby, remarks);
    Some((primary?, standby?))
}

/// What must hold between the two.
fn apart(primary: &WrittenSide, standby: &WrittenSide, remarks: &mut Vec<Remark>) -> Option<()> {
    let (home, home_place) = primary.region.get()?;
    let (away, away_place) = standby.region.get()?;
    if partition(&home.0) != partition(&away.0) {
        let message =
            format!("`{}` and `{}` are in different AWS partitions: images cannot be copied there", home.0, away.0);
        remarks.push(
            Remark::error(away_place, "standby.region", message)
                .help("choose a standby Region in the primary's partition")
                .related(home_place, format!("partition {}", partition(&home.0))),
        );
    }
    if home != away {
        return Some(());
    }
    let (home_account, _) = primary.account.get()?;
    let (away_account, away_account_place) = standby.account.get()?;
    remarks.push(if home_account == away_account {
        Remark::error(
            away_place,
            "standby",
            "the standby has the primary's Region and account: it would be lost with it",
        )
        .help("choose another Region for the standby, or at least another account")
        .related(home_place, "the primary's Region")
        .related(away_account_place, "the primary's account as well")
    } else {
        Remark::warning(away_place, "standby.region", "both sides are in one Region: losing the Region would lose both")
            .help("choose another Region for the standby if Regions are what it protects against")
            .related(home_place, "the primary's Region")
    });
    Some(())
}

fn side(name: &str, written: &Placed<WrittenSide>, remarks: &mut Vec<Remark>) -> Option<Side> {
    let side = written.value.as_ref()?;
    if let Some((region, place)) = side.region.get() {
        doubt_region(name, region, place, remarks);
    }
    if let Some((role, place)) = side.role_arn.as_ref().and_then(Placed::get)
        && let Some((account, account_place)) = side.account.get()
        && role.0.split(':').nth(4).is_some_and(|owner| owner != account.0)
    {
        let message = format!("the role belongs to another account than the {name} side");
        remarks.push(
            Remark::error(place, format!("{name}.role_arn"), message)
                .help("write a role of the side's own account; it is assumed to get there")
                .related(account_place, "the side's account"),
        );
    }
    if let Some(external_id) = &side.external_id
        && side.role_arn.is_none()
    {
        let message = "an external id is told only to a role, and there is no `role_arn`";
        remarks.push(
            Remark::error(external_id.place, format!("{name}.external_id"), message)
                .help("add the `role_arn`, or take the external id away"),
        );
    }
    Some(Side {
        region: Region(side.region.get()?.0.0.clone()),
        account: AccountId(side.account.get()?.0.0.clone()),
        role_arn: given(&side.role_arn, |role| role.0.clone())?,
        external_id: given(&side.external_id, |id| id.0.clone())?,
        profile: given(&side.profile, |profile| profile.0.clone())?,
        endpoint_url: given(&side.endpoint_url, |url| url.0.clone())?,
    })
}

/// A Region may be newer than this program; a Region that looks like a slip of the keyboard deserves a word.
fn doubt_region(name: &str, region: &RegionCode, place: Place, remarks: &mut Vec<Remark>) {
    if KNOWN.contains(&region.0.as_str()) || partition(&region.0).starts_with("aws-iso") {
        return;
    }
    let message = format!("`{}` is not a Region this version knows", region.0);
    let remark = Remark::warning(place, format!("{name}.region"), message);
    remarks.push(match closest(&region.0, KNOWN) {
        Some(meant) => remark.help(format!("did you mean `{meant}`? If the Region is new, this does no harm")),
        None => remark.help("if the Region is new, this does no harm"),
    });
}
