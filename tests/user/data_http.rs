//! Owns the shop over HTTP with data and traffic: a production database, a record, and the service as its users see it.
//!
//! moto holds everything but RDS's instances and the lag of replicas, which are our stand-in's, beside it at one endpoint.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_rds::types::{ApplyMethod, Parameter};

use super::binary::Desk;
use super::production;
use super::proxy::{Proxy, relay};
use super::rds::Rds;
use super::replay::{Call, Replay, http};
use super::shop_http::Shop;

/// The primary Region.
pub const PRIMARY: &str = "us-east-1";
/// The standby Region.
pub const STANDBY: &str = "us-west-2";
/// The database, on both sides.
pub const DATABASE: &str = "shop-orders";
/// What tells applications its host name.
pub const PARAMETER: &str = "/shop/prod/db/host";
/// The bucket of the object that moves the users, and that object.
pub const OBJECT: (&str, &str) = ("shop-traffic-123456789012-us-west-2", "shop.example.com/standby-takes-over");

const DATA_AND_TRAFFIC: &str = r#"
data:
  - name: orders
    rds:
      source: shop-orders
      standby: read-replica
      key: alias/shop-dr
      class: db.t4g.medium
      endpoint_parameter: /shop/prod/db/host
traffic:
  record: shop.example.com
  zone: ZONE
  switch: SWITCH
  tier: web
  probe: { url: "FRONT/", status: 200 }
"#;

/// The shop.
pub struct DataShop {
    /// Groups, parameters, the store.
    pub shop: Shop,
    /// RDS.
    pub rds: Rds,
    /// Where both sides answer.
    pub proxy: Proxy,
    /// The zone of its record.
    pub zone: String,
    /// Whether the primary's load balancer answers its users.
    pub primary_is_well: Arc<AtomicBool>,
    front: Replay,
}

impl DataShop {
    /// A production with a database, and a zone for its record.
    pub async fn open() -> Self {
        let shop = Shop::open().await;
        let rds = Rds::default();
        rds.lag(Some(0.0));
        let proxy = Proxy::with(shop.url(), rds.clone());
        database(&proxy).await;
        let zone = zone(shop.url()).await;
        let primary_is_well = Arc::new(AtomicBool::new(true));
        let front = front(&shop, &rds, &zone, primary_is_well.clone());
        DataShop { shop, rds, proxy, zone, primary_is_well, front }
    }

    /// The environment file with its store in the bucket, and how the record moves.
    pub fn file(&self, primary: &str, switch: &str) -> String {
        let more = DATA_AND_TRAFFIC.replace("ZONE", &self.zone).replace("SWITCH", switch);
        let more = more.replace("FRONT", &self.front.url());
        format!("{}{more}", self.shop.file_in_s3(primary, &self.proxy.url()))
    }

    /// A desk with that file.
    pub fn desk(&self, file: &str) -> Desk {
        self.shop.desk(file)
    }

    /// A parameter of the standby.
    pub async fn parameter(&self, name: &str) -> Option<String> {
        let client = aws_sdk_ssm::Client::new(&self.shop.standby);
        client.get_parameter().name(name).send().await.ok()?.parameter?.value
    }

    /// Lets everybody read the lever and the object beside it, as the template says: moto makes no bucket policies from
    /// templates.
    pub async fn open_lever(&self) {
        let config = aws_sdk_s3::config::Builder::from(&self.shop.standby).force_path_style(true).build();
        let (bucket, lever) = OBJECT;
        let arn = |key: &str| format!("arn:aws:s3:::{bucket}/{key}");
        let policy = serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": [arn(lever), arn("shop.example.com/reachable")],
            }],
        });
        let put = aws_sdk_s3::Client::from_conf(config).put_bucket_policy().bucket(bucket);
        put.policy(policy.to_string()).send().await.expect("a policy");
    }

    /// Whether the record leads its users to the standby, by the object or by the weights.
    pub fn leads_to_standby(&self) -> bool {
        leads_to_standby(self.shop.url(), &self.zone)
    }
}

/// A call that changes data or leads users, in words that tell it from any other; none where it does neither.
pub fn moves(call: &Call) -> Option<String> {
    let field = |name: &str| call.field(name);
    let words = match (call.service.as_str(), call.action.as_str()) {
        ("rds", action) if !action.starts_with("Describe") => {
            let what = ["NewDBInstanceIdentifier", "DBInstanceClass", "MultiAZ", "DBParameterGroupName"];
            let what: Vec<String> = what.iter().map(|name| field(name)).collect();
            vec![action.to_owned(), field("DBInstanceIdentifier"), what.join(",")]
        }
        ("ssm", "PutParameter") => vec!["PutParameter".to_owned(), call.json()["Name"].to_string()],
        ("s3", action @ ("PUT" | "DELETE")) if call.path.contains(OBJECT.1) => vec![action.to_owned()],
        ("route53", "POST") => vec!["records".to_owned(), weights(&call.body).to_owned()],
        _ => return None,
    };
    Some(format!("{} {}", call.region, words.join(" ")))
}

/// Which weights a body sets or tells.
fn weights(body: &str) -> &'static str {
    // moto keeps a record that CloudFormation made beside the newer one of that name.
    let standby = body.split("<SetIdentifier>shop-standby").skip(1).last().unwrap_or_default();
    let weight = standby.split("<Weight>").nth(1).and_then(|text| text.split('<').next()).unwrap_or_default();
    match weight.parse::<u8>() {
        Ok(0) => "to the primary",
        Ok(_) => "to the standby",
        Err(_) => "without weights",
    }
}

/// A zone. moto's ids begin with any letter and Route 53's with Z, so zones are made until one does.
async fn zone(url: &str) -> String {
    let client = aws_sdk_route53::Client::new(&production::config(url, PRIMARY).await);
    for n in 0..2_000 {
        let made = client.create_hosted_zone().name("example.com").caller_reference(n.to_string()).send().await;
        let id = made.expect("a zone").hosted_zone.expect("a zone").id;
        let id = id.rsplit('/').next().unwrap_or_default();
        if id.starts_with('Z') {
            return id.to_owned();
        }
    }
    panic!("no zone whose id begins with Z");
}

/// Production's database, encrypted, with a parameter group of its own.
async fn database(proxy: &Proxy) {
    let config = production::config(&proxy.url(), PRIMARY).await;
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let found = ec2.describe_security_groups().send().await.expect("security groups");
    let group = found.security_groups().iter().find(|group| group.group_name() == Some("shop-web")).expect("shop-web");
    let rds = aws_sdk_rds::Client::new(&config);
    let made = rds.create_db_parameter_group().db_parameter_group_name("shop-pg16");
    let made = made.db_parameter_group_family("postgres16").description("of the shop");
    made.send().await.expect("a parameter group");
    let set = Parameter::builder().parameter_name("max_connections").parameter_value("500");
    let set = set.apply_method(ApplyMethod::PendingReboot).build();
    rds.modify_db_parameter_group().db_parameter_group_name("shop-pg16").parameters(set).send().await.expect("set");
    rds.create_db_instance()
        .db_instance_identifier(DATABASE)
        .engine("postgres")
        .engine_version("16.4")
        .db_instance_class("db.r6g.large")
        .allocated_storage(200)
        .max_allocated_storage(400)
        .storage_type("gp3")
        .storage_encrypted(true)
        .kms_key_id("alias/shop")
        .multi_az(true)
        .db_subnet_group_name("shop-data")
        .db_parameter_group_name("shop-pg16")
        .vpc_security_group_ids(group.group_id().expect("its id"))
        .backup_retention_period(7)
        .deletion_protection(true)
        .enable_iam_database_authentication(true)
        .send()
        .await
        .expect("a database");
}

/// The service as its users see it: the side the record leads to answers, where its database takes orders.
fn front(shop: &Shop, rds: &Rds, zone: &str, primary_is_well: Arc<AtomicBool>) -> Replay {
    let (front, url, zone, rds) = (Replay::start(), shop.url().to_owned(), zone.to_owned(), rds.clone());
    front.on_call("", "GET", move |_| {
        let (is_up, region) = match leads_to_standby(&url, &zone) {
            true => (true, STANDBY),
            false => (primary_is_well.load(Ordering::SeqCst), PRIMARY),
        };
        let takes = rds.instances(region).iter().any(|one| one.id == DATABASE && one.takes_writes());
        if is_up && takes { http(200, "text/plain", "ok") } else { http(503, "text/plain", "no") }
    });
    front
}

/// Where the record leads, by what the stand-in holds: the object, or the weights.
fn leads_to_standby(url: &str, zone: &str) -> bool {
    let (bucket, key) = OBJECT;
    let object = ask(url, &format!("HEAD /{bucket}/{key}"), STANDBY, "s3");
    let records = ask(url, &format!("GET /2013-04-01/hostedzone/{zone}/rrset"), PRIMARY, "route53");
    object.starts_with("HTTP/1.1 200") || weights(&records) == "to the standby"
}

fn ask(url: &str, what: &str, region: &str, service: &str) -> String {
    let upstream: SocketAddr = url.trim_start_matches("http://").parse().expect("an address");
    let scope = format!("Credential=testing/20261101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=x");
    let head = format!("{what} HTTP/1.1\r\nhost: {upstream}\r\nauthorization: AWS4-HMAC-SHA256 {scope}\r\n\r\n");
    String::from_utf8_lossy(&relay(upstream, head.as_bytes())).into_owned()
}
