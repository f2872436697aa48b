//! Owns having a group of the primary launch an image that came home: one more version of its launch template, with nothing
//! but the image changed, and the group on that version in the way it names its versions.

use std::collections::BTreeMap;

use super::image_copy_home::launchable;
use super::vigil::Next;
use super::{Actors, POLL, SidePorts, trouble};
use crate::facts::{GroupFacts, ImageFacts, LaunchTemplateFacts, LaunchTemplateRef, NewLaunchVersion};
use crate::model::{Region, SideName, copied_from};
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{Stop, Watch};

const LATEST: &str = "$Latest";
const DEFAULT: &str = "$Default";

/// How long a new version may take until it is seen everywhere: EC2's answers are eventually consistent.
const SEEN_WITHIN_S: u64 = 60;

/// What a group launches.
struct Launching {
    group: GroupFacts,
    /// As the group names it.
    reference: LaunchTemplateRef,
    current: LaunchTemplateFacts,
    /// The newest version of the template.
    latest: Option<LaunchTemplateFacts>,
}

impl Actors {
    pub(super) async fn look_launch_image(&self, step: &Step) -> Result<Look, ActError> {
        let Action::LaunchImageHome { group, source_image, source_region, .. } = &step.action else {
            return Err(trouble::not_here("it launches no image"));
        };
        let ports = self.primary()?;
        let now = launching(ports, group).await?;
        let Some(id) = now.current.image_id else { return Ok(Look::Needed) };
        let seen = ports.read.images.images(std::slice::from_ref(&id)).await;
        let seen = seen.map_err(|error| trouble::cloud(format!("cannot look at {id}"), &error))?;
        let is_copy = |image: &ImageFacts| copied_from(&image.tags, source_region) == Some(source_image);
        Ok(match seen.first().is_some_and(is_copy) {
            true => Look::AlreadySo(format!("{group} launches {id}, a copy of {source_image}")),
            false => Look::Needed,
        })
    }

    pub(super) async fn launch_image(
        &self,
        step: &Step,
        token: &str,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let Action::LaunchImageHome { group, source_image, source_region, .. } = &step.action else {
            return Err(trouble::not_here("it launches no image"));
        };
        let begun = self.clock.now();
        let ports = self.ports_to_change(SideName::Primary, stop).await?;
        let what = || format!("cannot have {group} launch the copy of {source_image}");
        let Some(copy) = launchable(ports.read.images.as_ref(), source_image, source_region).await? else {
            let hint = format!(
                "copy {source_image} to {}, tagged as the copies of lifeboat are, then resume",
                ports.read.region
            );
            return Err(trouble::plain(what(), "the primary has no copy of it", Some(hint)));
        };
        let now = launching(ports, group).await?;
        if stop.requested() {
            return Err(trouble::interrupted(what()));
        }
        let version = versioned(ports, &now, &copy.id, source_image, token).await?;
        let left = |error: ActError| {
            let left = format!("version {version} of {} has the image", now.current.id);
            ActError { left_behind: vec![left], ..error }
        };
        if stop.requested() {
            return Err(left(trouble::interrupted(what())));
        }
        point(ports, &now, version).await.map_err(left)?;
        let vigil = self.vigil(step, SEEN_WITHIN_S, POLL, watch, stop);
        loop {
            let seen = launching(ports, group).await.map_err(left)?.current;
            if seen.image_id.as_ref() == Some(&copy.id) {
                let text = done(&now.group, &seen, &ports.read.region);
                let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
                return Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } });
            }
            match vigil.next(format!("{group} is to launch version {version}")).await {
                Next::Look => {}
                Next::Stopped => return Err(left(trouble::interrupted(what()))),
                Next::TimeUp => {
                    let why = format!("{group} launches version {}, with {:?}", seen.version, seen.image_id);
                    let hint = "find what changes the launch template, then resume".to_owned();
                    return Err(left(trouble::plain(what(), why, Some(hint))));
                }
            }
        }
    }
}

/// A group of the primary with what it launches. An error knows that nothing was changed.
async fn launching(ports: &SidePorts, group: &str) -> Result<Launching, ActError> {
    let what = || format!("cannot see what {group} launches in the primary");
    let unseen = |error| ActError { effect_known: true, ..trouble::cloud(what(), &error) };
    let by_hand = |why: &str| {
        let hint = "put the image into what it launches by hand, then skip the step".to_owned();
        trouble::plain(what(), why, Some(hint))
    };
    let found = ports.read.groups.groups(&[group.to_owned()]).await.map_err(unseen)?;
    let Some(facts) = found.into_iter().next() else { return Err(by_hand("there is no such group")) };
    let Some(reference) = facts.launch_template.clone() else {
        return Err(by_hand("it launches from no launch template"));
    };
    let newest = LaunchTemplateRef { version: LATEST.to_owned(), ..reference.clone() };
    let asked = [reference.clone(), newest.clone()];
    let mut seen: BTreeMap<_, _> = ports.read.launch_templates.launch_templates(&asked).await.map_err(unseen)?;
    let latest = seen.get(&newest).cloned();
    match seen.remove(&reference) {
        Some(current) => Ok(Launching { group: facts, reference, current, latest }),
        None => Err(by_hand(&format!("version {} of {} is not there", reference.version, reference.id))),
    }
}

/// The number of a version that differs from what is launched now in its image alone: the newest where that is such a one,
/// because an answer may have been lost; otherwise a new one.
async fn versioned(
    ports: &SidePorts,
    now: &Launching,
    image: &str,
    source_image: &str,
    token: &str,
) -> Result<u64, ActError> {
    let is_it = |latest: &&LaunchTemplateFacts| latest.image_id.as_deref() == Some(image) && same(latest, &now.current);
    if let Some(latest) = now.latest.as_ref().filter(is_it) {
        return Ok(latest.version);
    }
    let (template, source) = (&now.current.id, now.current.version);
    let wish = NewLaunchVersion {
        template: template.clone(),
        source,
        image: image.to_owned(),
        description: format!("version {source} with {image}, a copy of {source_image} by lifeboat"),
        token: token.to_owned(),
    };
    let made = ports.write.launch_templates.add_version(&wish).await;
    made.map_err(|error| trouble::cloud(format!("cannot make a version of launch template {template}"), &error))
}

/// Whether nothing but the image tells two versions apart.
fn same(one: &LaunchTemplateFacts, other: &LaunchTemplateFacts) -> bool {
    let settings = |facts: &LaunchTemplateFacts| LaunchTemplateFacts { image_id: None, version: 0, ..facts.clone() };
    settings(one) == settings(other)
}

/// Puts the group on a version, the way it names its versions.
async fn point(ports: &SidePorts, now: &Launching, version: u64) -> Result<(), ActError> {
    let (template, group, write) = (&now.current.id, &now.group.name, ports.write.launch_templates.as_ref());
    let pointed = match now.reference.version.as_str() {
        // The newest is what it launches.
        LATEST => Ok(()),
        DEFAULT => write.set_default(template, version).await,
        _ => write.pin_version(group, template, version).await,
    };
    pointed.map_err(|error| trouble::cloud(format!("cannot put {group} on version {version} of {template}"), &error))
}

/// What is so now, and what a person may want besides.
fn done(before: &GroupFacts, seen: &LaunchTemplateFacts, region: &Region) -> String {
    let (group, image) = (&before.name, seen.image_id.as_deref().unwrap_or_default());
    let so = format!("{group} launches {image}, version {} of {}", seen.version, seen.id);
    match before.instances.len() {
        0 => so,
        running => format!(
            "{so}; {running} that run already keep what they have: aws autoscaling start-instance-refresh \
             --auto-scaling-group-name {group} --region {region}"
        ),
    }
}
