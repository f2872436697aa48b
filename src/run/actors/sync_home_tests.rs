//! Owns the cases of bringing parameters home: only what is named and differs, all or nothing, and no value told.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::cloud::{CloudError, CloudErrorKind, CloudResult};
use crate::facts::{Parameter, ParameterTier, ParameterType};
use crate::model::SecretText;

#[test]
fn servers_that_started_before_are_told_with_what_replaces_them() {
    let region = Region("us-east-1".into());
    assert_eq!(stale(&[], &region), "");
    insta::assert_snapshot!(stale(&["prod-web".into(), "prod-api".into()], &region), @"; servers of the primary that started before may hold the old values, and are replaced by `aws autoscaling start-instance-refresh --auto-scaling-group-name prod-web --region us-east-1`, `aws autoscaling start-instance-refresh --auto-scaling-group-name prod-api --region us-east-1`");
}

/// The parameters of one side.
#[derive(Default)]
struct Ssm {
    values: Mutex<BTreeMap<String, String>>,
    puts: Mutex<Vec<String>>,
    /// How many writes are carried out though their replies are lost.
    lost: Mutex<u32>,
}

impl Ssm {
    fn with(values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ssm { values: Mutex::new(values), ..Ssm::default() }
    }

    fn value(&self, name: &str) -> String {
        self.values.lock().expect("unpoisoned")[name].clone()
    }
}

#[async_trait]
impl ReadParameters for Ssm {
    async fn parameters_by_path(&self, path: &str) -> CloudResult<Vec<Parameter>> {
        let values = self.values.lock().expect("unpoisoned");
        let below = values.iter().filter(|(name, _)| name.starts_with(path));
        let parameter = |(name, value): (&String, &String)| Parameter {
            name: name.clone(),
            kind: ParameterType::SecureString,
            tier: ParameterTier::Standard,
            value: SecretText::new(value.clone()),
            version: 1,
            data_type: "text".into(),
            description: String::new(),
            allowed_pattern: None,
            key_id: Some("alias/prod".into()),
        };
        Ok(below.map(parameter).collect())
    }

    async fn parameters(&self, _: &[String]) -> CloudResult<Vec<Parameter>> {
        Ok(vec![])
    }
}

#[async_trait]
impl WriteParameters for Ssm {
    async fn put_parameter(&self, put: &PutParameter) -> CloudResult<i64> {
        self.puts.lock().expect("unpoisoned").push(put.name.clone());
        self.values.lock().expect("unpoisoned").insert(put.name.clone(), put.value.expose().to_owned());
        let mut lost = self.lost.lock().expect("unpoisoned");
        if *lost == 0 {
            return Ok(2);
        }
        *lost -= 1;
        Err(CloudError {
            kind: CloudErrorKind::Unreachable,
            operation: "PutParameter".into(),
            side: None,
            region: Region("us-east-1".into()),
            code: None,
            message: "reset".into(),
            request_id: None,
        })
    }

    async fn delete_parameter(&self, _: &str) -> CloudResult<()> {
        Ok(())
    }
}

fn rules() -> Vec<HomeRule> {
    let rewrite = BTreeMap::from([("us-east-1".to_owned(), "us-west-2".to_owned())]);
    vec![HomeRule { path: "/p/".into(), rewrite, balancers: BTreeMap::new() }]
}

async fn rest(primary: &Ssm, standby: &Ssm, names: &[&str]) -> Rest {
    let homing = Homing { primary, standby, region: &Region("us-west-2".into()) };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    homing.rest(&names, &rules()).await.expect("both sides answer")
}

#[tokio::test]
async fn what_is_named_and_differs_is_written_once_even_when_a_reply_is_lost() {
    let primary = Ssm::with(&[("/p/a", "old.us-east-1"), ("/p/b", "same.us-east-1"), ("/p/c", "left")]);
    let standby = Ssm::with(&[("/p/a", "new.us-west-2"), ("/p/b", "same.us-west-2"), ("/p/c", "alone")]);
    *primary.lost.lock().expect("unpoisoned") = 1;
    let names = ["/p/a", "/p/b"];
    let stop = Stop::never();
    let lost = rest(&primary, &standby, &names).await.write(&primary, &stop).await.expect_err("the reply is lost");
    assert!(!lost.effect_known, "it may have been written: {lost:?}");
    let again = rest(&primary, &standby, &names).await;
    assert!(again.puts.is_empty() && again.unsure.is_empty(), "a look finds that it was");
    assert_eq!(*primary.puts.lock().expect("unpoisoned"), ["/p/a"]);
    assert_eq!((primary.value("/p/a"), primary.value("/p/c")), ("new.us-east-1".into(), "left".into()));
}

#[tokio::test]
async fn nothing_is_written_while_something_is_unsure_and_no_value_is_told() {
    let primary = Ssm::with(&[("/p/a", "old"), ("/p/b", "old"), ("/p/gone", "old")]);
    let standby = Ssm::with(&[("/p/a", "fine"), ("/p/b", "hunter2 us-east-1")]);
    let rest = rest(&primary, &standby, &["/p/a", "/p/b", "/p/gone"]).await;
    let error = rest.write(&primary, &Stop::never()).await.expect_err("not sure");
    assert!(primary.puts.lock().expect("unpoisoned").is_empty());
    let told = format!("{error:?}");
    assert!(told.contains("/p/b: its value has no sure way back") && told.contains("/p/gone is not on both"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}
