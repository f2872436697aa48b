//! Owns carrying out an image plan: copies side by side, one shared wait, verification, publication, removal.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::event::{RunEvent, Watch};
use super::patience::Patience;
use crate::cloud::{Clock, CloudError, PutParameter, ReadPorts, SecretText, WritePorts};
use crate::facts::{ImageFacts, ImageState, ParameterTier, ParameterType, Tags};
use crate::model::image_parameter_name;
use crate::plan::sync::{ImagePlan, ImageStep};
use crate::store::bundle::SyncedImage;

/// How an image plan came out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageOutcome {
    /// What is now published, by tier: only tiers this run touched.
    pub published: BTreeMap<String, SyncedImage>,
    /// Copies started by this run.
    pub copied: usize,
    /// Copies removed by this run.
    pub removed: usize,
    /// What failed: subject and reason.
    pub failures: Vec<(String, String)>,
}

/// What the shared wait for all copies is called.
const WAIT: &str = "image copies";

struct Pending {
    tiers: Vec<String>,
    source_image: String,
    image: String,
    tags: Tags,
    must_be_encrypted: bool,
}

/// Carries out an image plan.
pub async fn run_images(
    environment: &str,
    plan: &ImagePlan,
    read: &ReadPorts,
    write: &WritePorts,
    clock: &dyn Clock,
    patience: Patience,
    watch: &dyn Watch,
) -> ImageOutcome {
    let mut outcome = ImageOutcome::default();
    let pending = start(plan, write, watch, &mut outcome).await;
    let ready = wait(pending, read, clock, patience, watch, &mut outcome).await;
    for (copy, image) in ready {
        match finish(environment, &copy, &image, read, write).await {
            Ok(()) => {
                for tier in &copy.tiers {
                    let synced =
                        SyncedImage { source_image: copy.source_image.clone(), standby_image: image.id.clone() };
                    outcome.published.insert(tier.clone(), synced);
                    watch.event(RunEvent::Done {
                        subject: format!("image {tier}"),
                        // What a failback brought home is the standby's own image, and carries no tags of ours.
                        text: match copy.tags.is_empty() {
                            true => format!("{} published; {} is a copy of it", image.id, copy.source_image),
                            false => format!("{} published, a copy of {}", image.id, copy.source_image),
                        },
                    });
                }
            }
            Err(reason) => fail(&mut outcome, watch, &format!("image {}", copy.tiers.join(", ")), reason),
        }
    }
    // Old copies go only when all new ones are in place.
    if outcome.failures.is_empty() {
        for step in &plan.steps {
            if let ImageStep::Remove { image } = step {
                let subject = format!("image {}", image.id);
                match write.images.remove_image(image).await {
                    Ok(()) => {
                        outcome.removed += 1;
                        watch.event(RunEvent::Done { subject, text: "old copy removed".to_owned() });
                    }
                    Err(error) => fail(&mut outcome, watch, &subject, error.to_string()),
                }
            }
        }
    }
    outcome
}

fn fail(outcome: &mut ImageOutcome, watch: &dyn Watch, subject: &str, reason: String) {
    watch.event(RunEvent::Failed { subject: subject.to_owned(), text: reason.clone() });
    outcome.failures.push((subject.to_owned(), reason));
}

async fn start(plan: &ImagePlan, write: &WritePorts, watch: &dyn Watch, outcome: &mut ImageOutcome) -> Vec<Pending> {
    let starts = plan.steps.iter().filter_map(|step| match step {
        ImageStep::Copy { tiers, copy } => Some(async move {
            watch.event(RunEvent::Started {
                subject: format!("image {}", tiers.join(", ")),
                text: format!("copying {} from {}", copy.source_image, copy.source_region),
            });
            (tiers, copy, write.images.copy_image(copy).await)
        }),
        ImageStep::Publish { .. } | ImageStep::Remove { .. } => None,
    });
    let started = join_all(starts).await;
    let mut pending = Vec::new();
    for (tiers, copy, result) in started {
        match result {
            Ok(image) => {
                outcome.copied += 1;
                pending.push(Pending {
                    tiers: tiers.clone(),
                    source_image: copy.source_image.clone(),
                    image,
                    tags: copy.tags.clone(),
                    must_be_encrypted: copy.encrypted,
                });
            }
            Err(error) => fail(outcome, watch, &format!("image {}", tiers.join(", ")), copy_failure(&error)),
        }
    }
    for step in &plan.steps {
        if let ImageStep::Publish { tiers, source_image, image, tags } = step {
            pending.push(Pending {
                tiers: tiers.clone(),
                source_image: source_image.clone(),
                image: image.clone(),
                tags: tags.clone(),
                must_be_encrypted: false,
            });
        }
    }
    pending
}

fn copy_failure(error: &CloudError) -> String {
    if error.kind.no_effect() {
        error.to_string()
    } else {
        format!("{error}; a copy may have been started, and the next sync finds it by its tags")
    }
}

/// One poll for all copies; a bad key looks accepted at first and fails later, so only the end state counts.
async fn wait(
    pending: Vec<Pending>,
    read: &ReadPorts,
    clock: &dyn Clock,
    patience: Patience,
    watch: &dyn Watch,
    outcome: &mut ImageOutcome,
) -> Vec<(Pending, ImageFacts)> {
    let deadline = patience.begin(clock);
    let mut open = pending;
    let mut ready = Vec::new();
    while !open.is_empty() {
        let ids: Vec<String> = open.iter().map(|copy| copy.image.clone()).collect();
        // A failed look, or an id not visible yet, says nothing about the copy; the next look may.
        let seen: BTreeMap<String, ImageFacts> = match read.images.images(&ids).await {
            Ok(images) => images.into_iter().map(|image| (image.id.clone(), image)).collect(),
            Err(_) => BTreeMap::new(),
        };
        let mut still = Vec::new();
        for copy in open {
            let subject = format!("image {}", copy.tiers.join(", "));
            match seen.get(&copy.image) {
                Some(image) if image.state == ImageState::Available => ready.push((copy, image.clone())),
                Some(ImageFacts { state: ImageState::Failed { reason }, .. }) => {
                    let text = format!(
                        "the copy {} failed: {reason}; check that sync.images.key exists there and that the role may use it",
                        copy.image
                    );
                    fail(outcome, watch, &subject, text);
                }
                _ => still.push(copy),
            }
        }
        open = still;
        if !open.is_empty() {
            watch.event(RunEvent::Waiting {
                subject: WAIT.to_owned(),
                done: u64::try_from(ready.len()).unwrap_or(u64::MAX),
                of: u64::try_from(ready.len() + open.len()).unwrap_or(u64::MAX),
                // To the minute: a log gets a line a minute, which shows that the wait is alive.
                text: format!("{} under way, {} min", open.len(), deadline.elapsed().as_secs() / 60),
            });
        }
        if !open.is_empty() && !deadline.wait().await {
            for copy in open.drain(..) {
                let text = format!(
                    "the copy {} is not finished after {} s; run the same command again to go on waiting",
                    copy.image,
                    deadline.elapsed().as_secs()
                );
                fail(outcome, watch, &format!("image {}", copy.tiers.join(", ")), text);
            }
        }
    }
    if !ready.is_empty() {
        let took = deadline.elapsed().as_secs();
        watch.event(RunEvent::Done { subject: WAIT.to_owned(), text: format!("{} ready after {took} s", ready.len()) });
    }
    ready
}

/// Verifies a finished copy, sees to its tags, publishes it for each tier and reads it back.
async fn finish(
    environment: &str,
    copy: &Pending,
    image: &ImageFacts,
    read: &ReadPorts,
    write: &WritePorts,
) -> Result<(), String> {
    if copy.must_be_encrypted && !image.encrypted && !image.snapshot_ids.is_empty() {
        return Err(format!("the copy {} is not encrypted although a key was given; it was not published", image.id));
    }
    if copy.tags.iter().any(|(key, value)| image.tags.get(key) != Some(value)) {
        write.images.tag_image(image, &copy.tags).await.map_err(|error| error.to_string())?;
    }
    for tier in &copy.tiers {
        let name = image_parameter_name(environment, tier);
        let put = PutParameter {
            name: name.clone(),
            kind: ParameterType::String,
            tier: ParameterTier::Standard,
            value: SecretText::new(image.id.clone()),
            data_type: "text".to_owned(),
            description: format!("image that tier {tier} of {environment} launches from; written by lifeboat"),
            allowed_pattern: None,
            key_id: None,
        };
        write.parameters.put_parameter(&put).await.map_err(|error| error.to_string())?;
        let back = read.parameters.parameters(std::slice::from_ref(&name)).await.map_err(|error| error.to_string())?;
        if back.first().is_none_or(|parameter| parameter.value.expose() != image.id) {
            return Err(format!("{name} does not hold {} after writing it", image.id));
        }
    }
    Ok(())
}
