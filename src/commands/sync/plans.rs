//! Owns the gathering of what a sync decides by: copies, published images, their users, parameters of both sides.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all, join3};

use super::production::Production;
use crate::cloud::ReadPorts;
use crate::commands::context::Session;
use crate::facts::ImageFacts;
use crate::model::{BalancerNames, ENVIRONMENT_TAG, Rewrite, copied_from, image_parameter_name};
use crate::plan::sync::images::removal_candidates;
use crate::plan::sync::{ImagePlan, ImageWorld, ParameterPlan, plan_images, plan_parameters};
use crate::ui::Failure;

/// Decides about images; also gives what is published, by tier.
pub(super) async fn plan_of_images(
    session: &Session,
    standby: &ReadPorts,
    production: &Production,
) -> Result<(ImagePlan, BTreeMap<String, String>), Failure> {
    let environment = &session.environment;
    let names: Vec<String> =
        environment.tiers.iter().map(|tier| image_parameter_name(&environment.name, &tier.name)).collect();
    let home = |image: &ImageFacts| copied_from(&image.tags, &environment.standby.region).map(str::to_owned);
    let origins: Vec<String> = production.sources.values().filter_map(home).collect();
    let (copies, published, origins) = join3(
        standby.images.images_tagged(ENVIRONMENT_TAG, &environment.name),
        standby.parameters.parameters(&names),
        standby.images.images(&origins),
    )
    .await;
    let (copies, origins) = (copies?, origins?);
    let by_name: BTreeMap<String, String> =
        published?.into_iter().map(|parameter| (parameter.name.clone(), parameter.value.expose().to_owned())).collect();
    let published: BTreeMap<String, String> = environment
        .tiers
        .iter()
        .filter_map(|tier| {
            let id = by_name.get(&image_parameter_name(&environment.name, &tier.name))?;
            Some((tier.name.clone(), id.clone()))
        })
        .collect();
    let run_id = uuid::Uuid::now_v7().to_string();
    let nobody = BTreeMap::new();
    let mut world = ImageWorld {
        environment,
        sources: &production.sources,
        copies: &copies,
        origins: &origins,
        published: &published,
        users: &nobody,
        run_id: &run_id,
    };
    let candidates = removal_candidates(&world);
    let users = join_all(candidates.iter().map(|id| standby.images.image_users(id))).await;
    // A copy whose users could not be read is kept: not seen is not absent.
    let users: BTreeMap<String, Vec<String>> =
        candidates.into_iter().zip(users).filter_map(|(id, users)| Some((id, users.ok()?))).collect();
    world.users = &users;
    Ok((plan_images(&world), published.clone()))
}

/// Decides about parameters, path by path.
pub(super) async fn plans_of_parameters(
    session: &Session,
    primary: &ReadPorts,
    standby: &ReadPorts,
    balancers: &BalancerNames,
) -> Result<Vec<(String, ParameterPlan)>, Failure> {
    let environment = &session.environment;
    let mut plans = Vec::new();
    for rule in &environment.sync.parameters {
        let rewrite = Rewrite::of_parameters(environment, rule, balancers);
        let there = rewrite.apply(&rule.path);
        let (from, to) =
            join(primary.parameters.parameters_by_path(&rule.path), standby.parameters.parameters_by_path(&there))
                .await;
        let plan = plan_parameters(rule, &rewrite, &from?, &to?, &environment.primary.region);
        plans.push((rule.path.clone(), plan));
    }
    Ok(plans)
}
