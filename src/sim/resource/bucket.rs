//! Owns AWS::S3::Bucket and AWS::S3::BucketPolicy.

use serde_json::{Value, json};

use super::props::{flag, list, required, tag_list, tags, text};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::BucketFacts;
use crate::sim::state::{Bucket, RegionState};

pub(super) const BUCKET: ResourceType = ResourceType {
    name: "AWS::S3::Bucket",
    properties: &[
        "AbacStatus",
        "AccelerateConfiguration",
        "AccessControl",
        "AnalyticsConfigurations",
        "BucketEncryption",
        "BucketName",
        "CorsConfiguration",
        "IntelligentTieringConfigurations",
        "InventoryConfigurations",
        "LifecycleConfiguration",
        "LoggingConfiguration",
        "MetadataConfiguration",
        "MetadataTableConfiguration",
        "MetricsConfigurations",
        "NotificationConfiguration",
        "ObjectLockConfiguration",
        "ObjectLockEnabled",
        "OwnershipControls",
        "PublicAccessBlockConfiguration",
        "ReplicationConfiguration",
        "Tags",
        "VersioningConfiguration",
        "WebsiteConfiguration",
    ],
    required: &[],
    create_only: &["BucketName"],
    write_only: &["AccessControl", "LifecycleConfiguration"],
    name_property: Some("BucketName"),
    tags: TagStyle::List,
    moving: &[],
    seconds: [20, 10, 10],
    create,
    update: |place, name, _, new| {
        let bucket = place.region.buckets.get_mut(name).ok_or_else(|| no_bucket(name))?;
        write(bucket, new)
    },
    delete: |place, name, _| {
        if place.region.buckets.get(name).is_some_and(|bucket| !bucket.objects.is_empty()) {
            return Err(format!("The bucket you tried to delete is not empty: {name} (BucketNotEmpty)"));
        }
        place.region.buckets.remove(name);
        Ok(())
    },
    attribute: |region, name, attribute| match attribute {
        "Arn" => Some(format!("arn:aws:s3:::{name}")),
        "DomainName" => Some(format!("{name}.s3.amazonaws.com")),
        "RegionalDomainName" => Some(format!("{name}.s3.{}.amazonaws.com", region.name)),
        _ => None,
    },
    live,
};

pub(super) const BUCKET_POLICY: ResourceType = ResourceType {
    name: "AWS::S3::BucketPolicy",
    properties: &["Bucket", "PolicyDocument"],
    required: &["Bucket", "PolicyDocument"],
    create_only: &["Bucket"],
    write_only: &[],
    name_property: None,
    tags: TagStyle::None,
    moving: &[],
    seconds: [5, 5, 5],
    create: |place, properties| {
        put_policy(place, properties)?;
        Ok(required(properties, "Bucket")?)
    },
    update: |place, _, _, new| put_policy(place, new),
    delete: |place, name, _| {
        if let Some(bucket) = place.region.buckets.get_mut(name) {
            bucket.policy = None;
        }
        Ok(())
    },
    attribute: |_, _, _| None,
    live: |region, name, _| {
        let policy = region.buckets.get(name)?.policy.as_ref()?;
        Some(json!({"Bucket": name, "PolicyDocument": policy}))
    },
};

fn no_bucket(name: &str) -> String {
    format!("The specified bucket does not exist: {name} (NoSuchBucket)")
}

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let name = match text(properties, "BucketName") {
        Some(name) => name,
        None => place.generated_name(63).to_ascii_lowercase(),
    };
    check_name(&name)?;
    // Names are one for all Regions.
    let elsewhere = place.account.regions.values().any(|region| region.buckets.contains_key(&name));
    if elsewhere || place.region.buckets.contains_key(&name) {
        return Err(format!("{name} already exists (BucketAlreadyOwnedByYou)").into());
    }
    let mut bucket = Bucket {
        facts: BucketFacts { name: name.clone(), ..BucketFacts::default() },
        policy: None,
        blocks_public_policy: true,
        restricts_public: true,
        objects: Default::default(),
        tags: Default::default(),
    };
    write(&mut bucket, properties)?;
    place.region.buckets.insert(name.clone(), bucket);
    Ok(name)
}

/// "Bucket naming rules": 3 to 63 small letters, digits, dots and hyphens, beginning and ending with a letter or digit.
fn check_name(name: &str) -> Result<(), String> {
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = (3..=63).contains(&name.len())
        && name.chars().all(|c| ends(c) || c == '-' || c == '.')
        && name.starts_with(ends)
        && name.ends_with(ends)
        && !name.contains("..");
    if fits { Ok(()) } else { Err(format!("The specified bucket is not valid: {name} (InvalidBucketName)")) }
}

fn write(bucket: &mut Bucket, properties: &Value) -> Result<(), String> {
    // "Blocking public access": on for every new bucket; a template that says something says all of it.
    let block = properties.get("PublicAccessBlockConfiguration");
    let blocks = |key: &str| block.is_none_or(|block| flag(block, key).unwrap_or(false));
    bucket.blocks_public_policy = blocks("BlockPublicPolicy");
    bucket.restricts_public = blocks("RestrictPublicBuckets");
    bucket.tags = tags(properties);
    let versioning = properties.get("VersioningConfiguration").and_then(|v| text(v, "Status"));
    bucket.facts.versioned = versioning.as_deref() == Some("Enabled");
    bucket.facts.replicates_to.clear();
    let rules = properties.get("ReplicationConfiguration").map_or(&[][..], |config| list(config, "Rules"));
    if !rules.is_empty() && !bucket.facts.versioned {
        return Err(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration (InvalidRequest)".into()
        );
    }
    for rule in rules.iter().filter(|rule| text(rule, "Status").as_deref() == Some("Enabled")) {
        let destination = rule.get("Destination").ok_or("A replication rule needs a Destination")?;
        let arn = required(destination, "Bucket")?;
        let prefix = text(rule, "Prefix").or_else(|| text(rule.get("Filter")?, "Prefix")).unwrap_or_default();
        let to = arn.trim_start_matches("arn:aws:s3:::").to_owned();
        bucket.facts.replicates_to.entry(to).or_default().push(prefix);
    }
    Ok(())
}

/// PutBucketPolicy: refused for a public policy where the public access block says so.
fn put_policy(place: &mut Place<'_>, properties: &Value) -> Result<(), String> {
    let name = required(properties, "Bucket")?;
    let blocked = place.account.blocks_public_access;
    let bucket = place.region.buckets.get_mut(&name).ok_or_else(|| no_bucket(&name))?;
    let policy = properties.get("PolicyDocument").cloned().unwrap_or(Value::Null);
    // "The most restrictive combination of the access point, bucket, and account settings."
    if (blocked || bucket.blocks_public_policy) && Bucket::policy_is_public(&policy) {
        return Err(format!(
            "User is not authorized to perform: s3:PutBucketPolicy on {name} because public policies are blocked by the \
             BlockPublicPolicy block public access setting (AccessDenied)"
        ));
    }
    bucket.policy = Some(policy);
    Ok(())
}

fn live(region: &RegionState, name: &str, properties: &Value) -> Option<Value> {
    let bucket = region.buckets.get(name)?;
    let mut live = properties.clone();
    live["BucketName"] = json!(name);
    if properties.get("Tags").is_some() {
        live["Tags"] = tag_list(&bucket.tags);
    }
    if properties.get("VersioningConfiguration").is_some() {
        live["VersioningConfiguration"] =
            json!({"Status": if bucket.facts.versioned { "Enabled" } else { "Suspended" }});
    }
    if let Some(block) = live.get_mut("PublicAccessBlockConfiguration").and_then(Value::as_object_mut) {
        for (key, value) in
            [("BlockPublicPolicy", bucket.blocks_public_policy), ("RestrictPublicBuckets", bucket.restricts_public)]
        {
            let written = block.get(key).and_then(super::text_of_scalar);
            if written.is_some_and(|written| written != value.to_string()) {
                block.insert(key.to_owned(), json!(value));
            }
        }
    }
    Some(live)
}
