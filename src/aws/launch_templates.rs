//! Owns the launch template port on EC2: one sweep for `$Latest` and `$Default`, single calls for the versions it missed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ec2::types::LaunchTemplateVersion;

use super::api::Api;
use super::launch_template_facts::facts;
use super::pacing::Rate;
use super::parameters::AwsParameters;
use super::session::{Session, side_by_side};
use crate::cloud::{CloudErrorKind, CloudResult, ReadLaunchTemplates};
use crate::facts::{LaunchTemplateFacts, LaunchTemplateRef};

const DESCRIBE_VERSIONS: Api = Api::own("ec2", "DescribeLaunchTemplateVersions", Rate::EC2_READ);
const LATEST: &str = "$Latest";
const DEFAULT: &str = "$Default";
/// Versions per page (DescribeLaunchTemplateVersions MaxResults).
const PAGE: i32 = 200;
/// Up to so many templates are asked for one by one: a sweep reads every template of the account.
const SWEEP_ABOVE: usize = 4;
/// How an image is named by an SSM parameter.
const RESOLVE: &str = "resolve:ssm:";

/// Launch templates on AWS.
#[derive(Debug)]
pub(super) struct AwsLaunchTemplates {
    session: Arc<Session>,
    client: aws_sdk_ec2::Client,
    parameters: Arc<AwsParameters>,
}

/// A version with what it is to its template.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// The version.
    pub facts: LaunchTemplateFacts,
    /// Whether it is the template's default version.
    pub is_default: bool,
}

/// A template as a reference names it: by id, or by name where there is no id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum TemplateKey {
    Id(String),
    Name(String),
}

impl TemplateKey {
    fn of(reference: &LaunchTemplateRef) -> Self {
        match reference.id.is_empty() {
            true => TemplateKey::Name(reference.name.clone()),
            false => TemplateKey::Id(reference.id.clone()),
        }
    }

    fn names(&self, facts: &LaunchTemplateFacts) -> bool {
        match self {
            TemplateKey::Id(id) => &facts.id == id,
            TemplateKey::Name(name) => &facts.name == name,
        }
    }
}

impl AwsLaunchTemplates {
    pub fn new(session: Arc<Session>, parameters: Arc<AwsParameters>) -> Self {
        AwsLaunchTemplates { client: aws_sdk_ec2::Client::new(&session.config), session, parameters }
    }

    /// The latest and the default version of every template of the Region, by the page.
    pub async fn sweep(&self) -> CloudResult<Vec<Seen>> {
        let mut seen = self.versions(None, vec![LATEST.to_owned(), DEFAULT.to_owned()]).await?;
        self.resolve_images(&mut seen).await?;
        Ok(seen)
    }

    /// Versions of one template, or of all. Images named by parameter are resolved by EC2 where it can.
    async fn versions(&self, template: Option<TemplateKey>, versions: Vec<String>) -> CloudResult<Vec<Seen>> {
        let pages = |resolve: bool| {
            let (template, versions) = (template.clone(), versions.clone());
            let request = move |token| {
                let call = self.client.describe_launch_template_versions().resolve_alias(resolve);
                let call = match &template {
                    Some(TemplateKey::Id(id)) => call.launch_template_id(id),
                    Some(TemplateKey::Name(name)) => call.launch_template_name(name),
                    None => call.max_results(PAGE),
                };
                call.set_versions(Some(versions.clone())).set_next_token(token).send()
            };
            async move { self.session.pages(&DESCRIBE_VERSIONS, |page| page.next_token(), request).await }
        };
        let pages = match pages(true).await {
            // One parameter that is gone, or no right to read it, must not hide every template.
            Err(e) if matches!(e.kind, CloudErrorKind::Invalid | CloudErrorKind::Denied) => pages(false).await?,
            other => other?,
        };
        let seen = |version: &LaunchTemplateVersion| Seen {
            facts: facts(version),
            is_default: version.default_version().unwrap_or(false),
        };
        Ok(pages.iter().flat_map(|page| page.launch_template_versions()).map(seen).collect())
    }

    /// Versions of one template; those that do not exist are absent.
    async fn versions_that_exist(&self, template: TemplateKey, versions: Vec<String>) -> CloudResult<Vec<Seen>> {
        match self.versions(Some(template.clone()), versions.clone()).await {
            // One missing version refuses the whole call.
            Err(e) if e.kind == CloudErrorKind::NotFound && versions.len() > 1 => {
                let each = |version| async {
                    match self.versions(Some(template.clone()), vec![version]).await {
                        Err(e) if e.kind == CloudErrorKind::NotFound => Ok(Vec::new()),
                        other => other,
                    }
                };
                Ok(side_by_side(versions.into_iter().map(each).collect()).await?.concat())
            }
            Err(e) if e.kind == CloudErrorKind::NotFound => Ok(Vec::new()),
            other => other,
        }
    }

    /// Replaces `resolve:ssm:` image names that EC2 left standing by what the parameters say.
    async fn resolve_images(&self, seen: &mut [Seen]) -> CloudResult<()> {
        let named = |facts: &LaunchTemplateFacts| {
            facts.image_id.as_deref().and_then(|id| id.strip_prefix(RESOLVE)).map(str::to_owned)
        };
        let names: BTreeSet<String> = seen.iter().filter_map(|s| named(&s.facts)).collect();
        if names.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = names.into_iter().collect();
        let values = self.parameters.values_by_request(&names).await?;
        for Seen { facts, .. } in seen {
            if let Some(value) = named(facts).and_then(|name| values.get(&name)) {
                facts.image_id = Some(value.clone());
            }
        }
        Ok(())
    }
}

#[async_trait]
impl ReadLaunchTemplates for AwsLaunchTemplates {
    async fn launch_templates(
        &self,
        references: &[LaunchTemplateRef],
    ) -> CloudResult<BTreeMap<LaunchTemplateRef, LaunchTemplateFacts>> {
        let mut wanted: BTreeMap<TemplateKey, BTreeSet<String>> = BTreeMap::new();
        for reference in references {
            wanted.entry(TemplateKey::of(reference)).or_default().insert(reference.version.clone());
        }
        let mut seen = Vec::new();
        if wanted.len() > SWEEP_ABOVE {
            seen = self.sweep().await?;
            wanted = missed_by_sweep(wanted, &seen);
        }
        let calls = wanted
            .into_iter()
            .map(|(template, versions)| self.versions_that_exist(template, versions.into_iter().collect()))
            .collect();
        let mut single = side_by_side(calls).await?.concat();
        self.resolve_images(&mut single).await?;
        seen.extend(single);
        let found = |reference: &LaunchTemplateRef| Some((reference.clone(), find(reference, &seen)?.facts.clone()));
        Ok(references.iter().filter_map(found).collect())
    }
}

/// What is still to be asked after a sweep: numbered versions it did not bring, of templates that exist.
fn missed_by_sweep(
    wanted: BTreeMap<TemplateKey, BTreeSet<String>>,
    seen: &[Seen],
) -> BTreeMap<TemplateKey, BTreeSet<String>> {
    let mut missed = BTreeMap::new();
    for (template, versions) in wanted {
        let of_template: Vec<&Seen> = seen.iter().filter(|s| template.names(&s.facts)).collect();
        if of_template.is_empty() {
            continue;
        }
        let is_missing = |version: &String| {
            version != LATEST && version != DEFAULT && !of_template.iter().any(|s| is_version(s, version))
        };
        let rest: BTreeSet<String> = versions.into_iter().filter(is_missing).collect();
        if !rest.is_empty() {
            missed.insert(template, rest);
        }
    }
    missed
}

/// The version a reference names among those seen.
fn find<'a>(reference: &LaunchTemplateRef, seen: &'a [Seen]) -> Option<&'a Seen> {
    let template = TemplateKey::of(reference);
    let of_template = seen.iter().filter(|s| template.names(&s.facts));
    match reference.version.as_str() {
        LATEST => of_template.max_by_key(|s| s.facts.version),
        DEFAULT => of_template.into_iter().find(|s| s.is_default),
        number => of_template.into_iter().find(|s| is_version(s, number)),
    }
}

fn is_version(seen: &Seen, number: &str) -> bool {
    number.parse() == Ok(seen.facts.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(id: &str, version: u64, is_default: bool) -> Seen {
        let facts = LaunchTemplateFacts { id: id.into(), name: format!("{id}-name"), version, ..Default::default() };
        Seen { facts, is_default }
    }

    fn reference(id: &str, name: &str, version: &str) -> LaunchTemplateRef {
        LaunchTemplateRef { id: id.into(), name: name.into(), version: version.into() }
    }

    #[test]
    fn references_find_their_version() {
        let all = [seen("lt-1", 2, true), seen("lt-1", 7, false), seen("lt-2", 1, true)];
        for (reference, expected) in [
            (reference("lt-1", "", LATEST), Some(7)),
            (reference("lt-1", "", DEFAULT), Some(2)),
            (reference("lt-1", "", "7"), Some(7)),
            (reference("lt-1", "", "3"), None),
            (reference("", "lt-2-name", LATEST), Some(1)),
            (reference("lt-9", "lt-2-name", LATEST), None),
        ] {
            assert_eq!(find(&reference, &all).map(|s| s.facts.version), expected, "{reference:?}");
        }
    }

    #[test]
    fn only_numbered_versions_of_known_templates_are_asked_again() {
        let all = [seen("lt-1", 2, true), seen("lt-1", 7, false)];
        let wanted = BTreeMap::from([
            (TemplateKey::Id("lt-1".into()), BTreeSet::from(["2", "5", LATEST].map(str::to_owned))),
            (TemplateKey::Id("lt-gone".into()), BTreeSet::from(["1".to_owned()])),
        ]);
        let expected = BTreeMap::from([(TemplateKey::Id("lt-1".into()), BTreeSet::from(["5".to_owned()]))]);
        assert_eq!(missed_by_sweep(wanted, &all), expected);
    }
}
