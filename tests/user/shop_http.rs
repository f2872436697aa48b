//! Owns the shop over HTTP that the stories of runs begin with: production in moto, a bucket for the store, a standby that
//! is provisioned, and what an observer reads of them through the SDK.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use serde_json::Value;

use super::binary::Desk;
use super::moto::Moto;
use super::production;

/// The standby's bucket of the store.
pub const BUCKET: &str = "shop-dr";

/// Where everything of the store lies in the bucket.
const PREFIX: &str = "lifeboat/shop/";

const ENVIRONMENT: &str = r#"
schema: lifeboat/v1
name: shop
strategy: warm-standby
store: "STORE"
objectives: { rto: 30m, rpo: 5m }
primary: { region: us-east-1, account: "123456789012", endpoint_url: "PRIMARY" }
standby: { region: us-west-2, account: "123456789012", endpoint_url: "STANDBY" }
network: { cidr: 10.80.0.0/16, availability_zones: 2 }
tiers:
  - name: web
    order: 20
    group: { auto_scaling_group: shop-web }
    standby: { percent: 30, min: 1 }
    full: { floor: 4 }
  - name: worker
    order: 10
    group: { auto_scaling_group: shop-worker }
    standby: { percent: 50, min: 1 }
sync:
  images: { keep: 2 }
  parameters:
    - { path: /shop/prod/, rewrite: { us-east-1: us-west-2 } }
map: { us-east-1: us-west-2 }
"#;

/// Minimum, desired and maximum.
pub type Sizes = BTreeMap<String, (i32, i32, i32)>;

/// The shop.
pub struct Shop {
    moto: Moto,
    /// SDK settings of the primary Region.
    pub primary: SdkConfig,
    /// SDK settings of the standby Region.
    pub standby: SdkConfig,
    s3: aws_sdk_s3::Client,
}

impl Shop {
    /// A production and an empty bucket in the standby Region.
    pub async fn open() -> Self {
        let moto = Moto::start(&super::python::python_env());
        let made = production::make(&moto.url, "us-east-1").await;
        let standby = production::config(&moto.url, "us-west-2").await;
        let settings = aws_sdk_s3::config::Builder::from(&standby).force_path_style(true).build();
        let s3 = aws_sdk_s3::Client::from_conf(settings);
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
            .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::UsWest2)
            .build();
        s3.create_bucket().bucket(BUCKET).create_bucket_configuration(place).send().await.expect("a bucket");
        Shop { moto, primary: made.config, standby, s3 }
    }

    /// The same, with a standby that is provisioned from a desk whose store is in the bucket.
    pub async fn provisioned() -> (Self, Desk) {
        let shop = Shop::open().await;
        let desk = shop.desk(&shop.file_in_s3(shop.url(), shop.url()));
        provision(&desk);
        (shop, desk)
    }

    /// Where moto answers.
    pub fn url(&self) -> &str {
        &self.moto.url
    }

    /// A desk with credentials and that environment file.
    pub fn desk(&self, file: &str) -> Desk {
        let mut desk = Desk::new();
        desk.set("AWS_ACCESS_KEY_ID", "testing");
        desk.set("AWS_SECRET_ACCESS_KEY", "testing");
        desk.write("shop.yaml", file);
        desk
    }

    /// The environment file with the store in the bucket.
    pub fn file_in_s3(&self, primary: &str, standby: &str) -> String {
        file(primary, standby, &format!("s3://{BUCKET}/lifeboat"))
    }

    /// The standby's groups.
    pub async fn sizes(&self) -> Sizes {
        sizes(&self.standby).await
    }

    /// An object of the store.
    pub async fn stored(&self, key: &str) -> Option<String> {
        let object = self.s3.get_object().bucket(BUCKET).key(format!("{PREFIX}{key}")).send().await.ok()?;
        let bytes = object.body.collect().await.expect("the whole object").into_bytes();
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Puts an object into the store.
    pub async fn store(&self, key: &str, text: &str) {
        let body = aws_sdk_s3::primitives::ByteStream::from(text.as_bytes().to_vec());
        self.s3.put_object().bucket(BUCKET).key(format!("{PREFIX}{key}")).body(body).send().await.expect("stored");
    }

    /// The keys of the store, without the environment's name.
    pub async fn keys(&self) -> Vec<String> {
        let found = self.s3.list_objects_v2().bucket(BUCKET).prefix(PREFIX).send().await.expect("the bucket");
        let keys = found.contents().iter().filter_map(|object| object.key()?.strip_prefix(PREFIX));
        keys.map(str::to_owned).collect()
    }

    /// The runs of the store, oldest first.
    pub async fn runs(&self) -> Vec<String> {
        let keys = self.keys().await;
        let runs = keys.iter().filter_map(|key| key.strip_prefix("runs/")?.strip_suffix("/runbook.json"));
        runs.map(str::to_owned).collect()
    }

    /// The lease; none when there is none.
    pub async fn lease(&self) -> Option<Value> {
        let text = self.stored("lease.json").await?;
        Some(serde_json::from_str(&text).expect("a lease"))
    }

    /// The id of the lease, if somebody holds it.
    pub async fn held(&self) -> Option<String> {
        let lease = self.lease().await?;
        let free = lease.get("released_at").is_some_and(|at| !at.is_null());
        (!free).then(|| lease["nonce"].as_str().expect("a nonce").to_owned())
    }

    /// Everything as before any run: the groups at those sizes, no run, no lease.
    pub async fn reset(&self, sizes: &Sizes) {
        let client = aws_sdk_autoscaling::Client::new(&self.standby);
        for (name, (min, desired, max)) in sizes {
            let update = client.update_auto_scaling_group().auto_scaling_group_name(name);
            let update = update.min_size(*min).max_size(*max).desired_capacity(*desired);
            update.send().await.expect("a size");
        }
        let of_runs = |key: &String| key.starts_with("runs/") || key == "lease.json" || key == "posture.json";
        let gone: Vec<_> = self
            .keys()
            .await
            .into_iter()
            .filter(of_runs)
            .map(|key| aws_sdk_s3::types::ObjectIdentifier::builder().key(format!("{PREFIX}{key}")).build())
            .collect::<Result<_, _>>()
            .expect("keys");
        if !gone.is_empty() {
            let gone = aws_sdk_s3::types::Delete::builder().set_objects(Some(gone)).build().expect("a list");
            self.s3.delete_objects().bucket(BUCKET).delete(gone).send().await.expect("deleted");
        }
        assert_eq!(self.sizes().await, *sizes, "moto did not go back");
    }
}

/// Baseline, sync and provision.
pub fn provision(desk: &Desk) {
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
}

/// The environment file.
pub fn file(primary: &str, standby: &str, store: &str) -> String {
    ENVIRONMENT.replace("PRIMARY", primary).replace("STANDBY", standby).replace("STORE", store)
}

/// The groups of a Region.
pub async fn sizes(config: &SdkConfig) -> Sizes {
    let client = aws_sdk_autoscaling::Client::new(config);
    let answer = client.describe_auto_scaling_groups().send().await.expect("groups");
    let sizes = answer.auto_scaling_groups().iter().map(|group| {
        let size = (group.min_size(), group.desired_capacity(), group.max_size());
        let (min, desired, max) = (size.0.unwrap_or(-1), size.1.unwrap_or(-1), size.2.unwrap_or(-1));
        (group.auto_scaling_group_name().unwrap_or_default().to_owned(), (min, desired, max))
    });
    sizes.collect()
}

/// The sizes that a rehearsal shows.
pub fn planned(desk: &Desk) -> Sizes {
    let told = desk.expect(0, &["declare", "shop.yaml", "--reason", "x", "--rehearse", "-o", "json"]).json();
    let steps = told["runbook"]["steps"].as_array().unwrap_or_else(|| panic!("no steps in {told}"));
    let sizes = steps.iter().filter(|step| step["action"]["do"] == "scale").map(|step| {
        let number = |name: &str| step["action"]["size"][name].as_i64().expect("a number") as i32;
        let group = step["action"]["group"].as_str().expect("a group").to_owned();
        (group, (number("min"), number("desired"), number("max")))
    });
    sizes.collect()
}
