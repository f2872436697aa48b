//! Owns copying an image of the standby home, and the wait until it can be launched.

use std::time::Duration;

use super::vigil::Next;
use super::{Actors, trouble};
use crate::cloud::{ReadImages, WriteImages};
use crate::facts::{ImageFacts, ImageState};
use crate::model::{Region, SOURCE_IMAGE_TAG, SideName};
use crate::plan::runbook::{Action, ImageHome, Step, newest_copy};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::{Stop, Watch};

/// How often a copy is looked at: it takes minutes.
const LOOK: Duration = Duration::from_secs(15);

impl Actors {
    pub(super) async fn look_copy_image(&self, copy: &ImageHome) -> Result<Look, ActError> {
        let images = self.primary()?.read.images.as_ref();
        let found = copies(images, &copy.source_image).await?;
        Ok(match newest_copy(&found, &copy.source_image, &copy.source_region) {
            Some(image) if image.state == ImageState::Available => {
                Look::AlreadySo(format!("{} is a copy of {}", image.id, copy.source_image))
            }
            _ => Look::Needed,
        })
    }

    pub(super) async fn copy_image(
        &self,
        step: &Step,
        token: &str,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let Action::CopyImageHome { copy, timeout_s } = &step.action else {
            return Err(trouble::not_here("it copies no image"));
        };
        let ports = self.ports_to_change(SideName::Primary, stop).await?;
        let vigil = self.vigil(step, *timeout_s, LOOK, watch, stop);
        let id = started(ports.read.images.as_ref(), ports.write.images.as_ref(), copy, token).await?;
        let left = |error: ActError| ActError { left_behind: vec![format!("the copy {id} is being made")], ..error };
        loop {
            // An id that is not visible yet, or a look that fails, says nothing about the copy; the next look may.
            let seen = ports.read.images.images(std::slice::from_ref(&id)).await.unwrap_or_default();
            if let Some(image) = seen.first().filter(|image| image.state != ImageState::Pending) {
                let text = finished(image, copy)?;
                let aws_s = vigil.waited().as_secs_f64();
                return Ok(Done { text, measures: Measures { aws_s, ..Measures::default() } });
            }
            match vigil.next(format!("{id} is being copied")).await {
                Next::Look => {}
                Next::Stopped => return Err(left(trouble::interrupted(format!("stopped waiting for {id}")))),
                Next::TimeUp => {
                    let why = format!("it is not finished after {timeout_s} s");
                    let hint = Some("resume goes on waiting for the same copy".to_owned());
                    return Err(left(trouble::plain(format!("{id} is still being copied"), why, hint)));
                }
            }
        }
    }
}

/// The images of the primary that are told to be copies of one.
pub(super) async fn copies(images: &dyn ReadImages, of: &str) -> Result<Vec<ImageFacts>, ActError> {
    let found = images.images_tagged(SOURCE_IMAGE_TAG, of).await;
    // A look changes nothing.
    found.map_err(|error| ActError {
        effect_known: true,
        ..trouble::cloud(format!("cannot look for copies of {of} in the primary"), &error)
    })
}

/// The newest copy that can be launched.
pub(super) async fn launchable(
    images: &dyn ReadImages,
    of: &str,
    from: &Region,
) -> Result<Option<ImageFacts>, ActError> {
    let found = copies(images, of).await?;
    Ok(newest_copy(&found, of, from).filter(|image| image.state == ImageState::Available).cloned())
}

/// The copy that is under way, or one that begins now; its id.
async fn started(
    read: &dyn ReadImages,
    write: &dyn WriteImages,
    copy: &ImageHome,
    token: &str,
) -> Result<String, ActError> {
    let found = copies(read, &copy.source_image).await?;
    if let Some(image) = newest_copy(&found, &copy.source_image, &copy.source_region) {
        return Ok(image.id.clone());
    }
    // Where an earlier reply was lost and the copy is not visible yet, the token gives that one.
    let started = write.copy_image(&copy.wish(token)).await;
    started.map_err(|error| trouble::cloud(format!("cannot copy {} home", copy.source_image), &error))
}

/// What came of a copy that is not pending any more. A bad key is accepted at first, and fails later (CopyImage, KmsKeyId).
fn finished(image: &ImageFacts, copy: &ImageHome) -> Result<String, ActError> {
    let (id, of) = (&image.id, &copy.source_image);
    let what = format!("{of} has no copy in the primary that can be launched");
    let key = copy.key.as_deref().unwrap_or("the key the Region encrypts volumes with");
    let hint = format!(
        "check {key} and who may use it, deregister {id}, then fail back anew; or bring the image home by hand and skip the step"
    );
    match &image.state {
        ImageState::Available if copy.encrypted && !image.encrypted && !image.snapshot_ids.is_empty() => {
            Err(trouble::plain(what, format!("the copy {id} is not encrypted although it should be"), Some(hint)))
        }
        ImageState::Available => Ok(format!("{id} is a copy of {of}")),
        ImageState::Failed { reason } => {
            Err(trouble::plain(what, format!("the copy {id} failed: {reason}"), Some(hint)))
        }
        other => Err(trouble::plain(what, format!("the copy {id} is {other:?}"), Some(hint))),
    }
}
