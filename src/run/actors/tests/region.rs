//! Owns a Region for the tests of actors: databases, parameters, buckets, records and schedules by a clock of its own, with
//! calls that are refused, lost before their effect, or lost after it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::{Actors, Answer, GateKeeper, Reports, SidePorts};
use crate::cloud::*;
use crate::facts::*;
use crate::model::{AccountId, Caller, GroupSize, Region as RegionName, SideName};

/// What befalls a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Refused: no effect.
    Refused(CloudErrorKind),
    /// The request is lost: no effect, no answer.
    Vanished,
    /// The answer is lost: the effect has happened.
    Unanswered,
}

/// What a name resolves to.
type Resolved = Result<Vec<String>, String>;

#[derive(Default)]
pub struct State {
    pub now: Timestamp,
    pub databases: BTreeMap<String, DatabaseFacts>,
    pub snapshots: BTreeMap<String, SnapshotFacts>,
    /// What becomes of snapshots, and when.
    pub made: Vec<(Timestamp, SnapshotFacts)>,
    /// Databases that are deleted, and when they are gone.
    pub going: Vec<(Timestamp, String)>,
    /// What becomes of databases, and when.
    pub coming: Vec<(Timestamp, DatabaseFacts)>,
    /// Lags by time from which they hold; none: not known.
    pub lag: Vec<(Timestamp, Option<u64>)>,
    pub parameters: BTreeMap<String, Parameter>,
    pub tables: BTreeMap<String, TableFacts>,
    pub buckets: BTreeMap<String, BucketFacts>,
    pub objects: BTreeMap<(String, String), Vec<u8>>,
    pub records: Vec<RecordFacts>,
    pub schedules: BTreeMap<String, Vec<ScheduleFacts>>,
    pub groups: BTreeMap<String, GroupFacts>,
    /// What names resolve to from a time on.
    pub names: BTreeMap<String, Vec<(Timestamp, Resolved)>>,
    /// What the service answers, one after another; the last stays.
    pub answers: VecDeque<Result<u16, String>>,
    pub faults: BTreeMap<String, VecDeque<Fault>>,
    /// Effects, in order.
    pub effects: Vec<String>,
}

/// The Region. Clones share it.
#[derive(Clone, Default)]
pub struct Region(Arc<Mutex<State>>);

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn error(kind: CloudErrorKind, operation: &str) -> CloudError {
    let region = RegionName("us-west-2".into());
    let message = String::new();
    CloudError { kind, operation: operation.into(), side: None, region, code: None, message, request_id: None }
}

impl Region {
    pub fn edit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().expect("unpoisoned"))
    }

    pub fn fault(&self, operation: &str, faults: &[Fault]) {
        self.edit(|state| state.faults.entry(operation.to_owned()).or_default().extend(faults.iter().copied()));
    }

    pub fn effects(&self) -> Vec<String> {
        self.edit(|state| state.effects.clone())
    }

    /// What is there after so much of the time has passed.
    fn look<T>(&self, read: impl FnOnce(&State) -> T) -> CloudResult<T> {
        self.edit(|state| {
            let now = state.now;
            let (due, coming): (Vec<_>, Vec<_>) =
                std::mem::take(&mut state.coming).into_iter().partition(|(when, _)| *when <= now);
            state.coming = coming;
            for (_, facts) in due {
                state.databases.insert(facts.id.clone(), facts);
            }
            let (due, made): (Vec<_>, Vec<_>) =
                std::mem::take(&mut state.made).into_iter().partition(|(when, _)| *when <= now);
            state.made = made;
            state.snapshots.extend(due.into_iter().map(|(_, facts)| (facts.id.clone(), facts)));
            let State { going, databases, .. } = state;
            going.retain(|(when, id)| *when > now || databases.remove(id).is_none());
            Ok(read(state))
        })
    }

    fn write(&self, operation: &str, effect: impl FnOnce(&mut State)) -> CloudResult<()> {
        self.edit(|state| match state.faults.get_mut(operation).and_then(VecDeque::pop_front) {
            Some(Fault::Refused(kind)) => Err(error(kind, operation)),
            Some(Fault::Vanished) => Err(error(CloudErrorKind::Unreachable, operation)),
            fault => {
                state.effects.push(operation.to_owned());
                effect(state);
                match fault {
                    Some(_) => Err(error(CloudErrorKind::Unreachable, operation)),
                    None => Ok(()),
                }
            }
        })
    }

    pub fn actors(&self) -> Actors {
        let all = || Arc::new(self.clone());
        let side = |side| SidePorts {
            account: AccountId("1".into()),
            read: ReadPorts {
                side,
                region: RegionName("us-west-2".into()),
                identity: all(),
                groups: all(),
                launch_templates: all(),
                images: all(),
                network: all(),
                balancing: Arc::new(super::Fake::default()),
                metrics: all(),
                parameters: all(),
                stacks: all(),
                databases: all(),
                tables: all(),
                buckets: all(),
                dns: all(),
                schedules: all(),
            },
            write: WritePorts {
                groups: all(),
                images: all(),
                parameters: all(),
                stacks: all(),
                databases: all(),
                objects: all(),
                dns: all(),
                schedules: all(),
            },
            seen: None,
        };
        Actors::new(side(SideName::Standby), Some(side(SideName::Primary)), all(), all(), all(), all())
    }
}

#[async_trait]
impl Clock for Region {
    fn now(&self) -> Timestamp {
        self.edit(|state| state.now)
    }
    async fn sleep(&self, length: Duration) {
        tokio::task::yield_now().await;
        self.edit(|state| state.now = state.now.checked_add(length).expect("in range"));
    }
}

#[async_trait]
impl Outside for Region {
    async fn resolve(&self, name: &str) -> Result<Vec<String>, String> {
        self.edit(|state| {
            let mut answers = state.names.get(name).into_iter().flatten();
            answers.rfind(|(from, _)| *from <= state.now).map_or(Ok(vec![]), |(_, answer)| answer.clone())
        })
    }
    async fn get(&self, _: &str, _: Duration) -> Result<u16, String> {
        self.edit(|state| match state.answers.len() {
            0 => Err("nobody listens".to_owned()),
            1 => state.answers[0].clone(),
            _ => state.answers.pop_front().expect("one"),
        })
    }
}

#[async_trait]
impl GateKeeper for Region {
    async fn ask(&self, _: &str) -> Answer {
        Answer::No
    }
}

#[async_trait]
impl Reports for Region {
    async fn save(&self) -> Result<String, String> {
        Ok(String::new())
    }
}

#[async_trait]
impl ReadDatabases for Region {
    async fn databases(&self, ids: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
        self.look(|state| ids.iter().filter_map(|id| state.databases.get(id).cloned()).collect())
    }
    async fn database(&self, id: &str) -> CloudResult<Option<DatabaseFacts>> {
        self.look(|state| state.databases.get(id).cloned())
    }
}

#[async_trait]
impl WriteDatabases for Region {
    /// Two minutes until it stands alone, one more of a backup.
    async fn promote(&self, id: &str, days: u32) -> CloudResult<()> {
        let busy =
            self.look(|state| state.databases.get(id).is_none_or(|one| !one.is_available() || !one.is_replica()))?;
        if busy {
            return Err(error(CloudErrorKind::Conflict, "PromoteReadReplica"));
        }
        self.write("PromoteReadReplica", |state| {
            let mut one = state.databases[id].clone();
            let then = |seconds| state.now.checked_add(Duration::from_secs(seconds)).expect("in range");
            let (alone, backed_up) = (then(120), then(180));
            one.status = "modifying".into();
            state.databases.insert(id.to_owned(), one.clone());
            let one = DatabaseFacts { source: None, backup_retention_days: days, status: "backing-up".into(), ..one };
            state.coming.push((alone, one.clone()));
            state.coming.push((backed_up, DatabaseFacts { status: "available".into(), ..one }));
        })
    }
    async fn modify(&self, id: &str, change: &DatabaseChange) -> CloudResult<()> {
        if self.look(|state| state.databases.get(id).is_none_or(|one| !one.is_available()))? {
            return Err(error(CloudErrorKind::Conflict, "ModifyDBInstance"));
        }
        self.write("ModifyDBInstance", |state| {
            let mut one = state.databases[id].clone();
            one.status = "modifying".into();
            state.databases.insert(id.to_owned(), one.clone());
            one.class = change.class.clone().unwrap_or(one.class);
            one.multi_az = change.multi_az.unwrap_or(one.multi_az);
            one.deletion_protection = change.deletion_protection.unwrap_or(one.deletion_protection);
            one.status = "available".into();
            state.coming.push((state.now.checked_add(Duration::from_secs(600)).expect("in range"), one));
        })
    }
    async fn create_replica(&self, _: &CreateReplica) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported, "CreateDBInstanceReadReplica"))
    }
}

/// Three minutes for a snapshot, eight for an instance of it, two and a half to delete that.
#[async_trait]
impl DatabaseCopies for Region {
    async fn snapshot(&self, id: &str) -> CloudResult<Option<SnapshotFacts>> {
        self.look(|state| state.snapshots.get(id).cloned())
    }
    async fn found(&self, _: &str) -> CloudResult<CopiesFound> {
        self.look(|state| {
            let of_drill = |tags: &Tags| tags.contains_key("lifeboat:drill");
            CopiesFound {
                instances: state.databases.values().filter(|one| of_drill(&one.tags)).cloned().collect(),
                snapshots: state.snapshots.values().filter(|one| of_drill(&one.tags)).cloned().collect(),
            }
        })
    }
    async fn take_snapshot(&self, order: &TakeSnapshot) -> CloudResult<()> {
        if self.look(|state| state.snapshots.contains_key(&order.id))? {
            return Err(error(CloudErrorKind::Conflict, "CreateDBSnapshot"));
        }
        self.write("CreateDBSnapshot", |state| {
            let of = state.databases[&order.database].clone();
            let made = SnapshotFacts {
                id: order.id.clone(),
                database: of.id,
                status: "available".into(),
                progress_percent: 100,
                engine: of.engine,
                engine_version: of.engine_version,
                storage_gb: of.storage_gb,
                encrypted: of.encrypted,
                kms_key: of.kms_key,
                taken_at: Some(state.now),
                database_time: state.now.checked_sub(Duration::from_secs(4)).ok(),
                tags: order.tags.clone(),
            };
            let creating = SnapshotFacts { status: "creating".into(), progress_percent: 10, ..made.clone() };
            state.snapshots.insert(order.id.clone(), creating);
            state.made.push((state.now.checked_add(Duration::from_secs(180)).expect("in range"), made));
        })
    }
    async fn restore(&self, order: &RestoreCopy) -> CloudResult<()> {
        if self.look(|state| state.databases.contains_key(&order.id))? {
            return Err(error(CloudErrorKind::Conflict, "RestoreDBInstanceFromDBSnapshot"));
        }
        self.write("RestoreDBInstanceFromDBSnapshot", |state| {
            let of = state.snapshots[&order.snapshot].clone();
            let made = DatabaseFacts {
                id: order.id.clone(),
                status: "available".into(),
                class: order.like.class.clone(),
                engine: of.engine,
                engine_version: of.engine_version,
                storage_gb: of.storage_gb,
                encrypted: of.encrypted,
                kms_key: of.kms_key,
                tags: order.like.tags.clone(),
                ..DatabaseFacts::default()
            };
            let creating = DatabaseFacts { status: "creating".into(), ..made.clone() };
            state.databases.insert(order.id.clone(), creating);
            state.coming.push((state.now.checked_add(Duration::from_secs(480)).expect("in range"), made));
        })
    }
    async fn delete_instance(&self, instance: &RemovableInstance) -> CloudResult<()> {
        let busy = |one: &DatabaseFacts| matches!(one.status.as_str(), "creating" | "deleting");
        if self.look(|state| state.databases.get(instance.id()).is_none_or(busy))? {
            return Err(error(CloudErrorKind::Conflict, "DeleteDBInstance"));
        }
        self.write("DeleteDBInstance", |state| {
            let one = state.databases.get_mut(instance.id()).expect("there");
            one.status = "deleting".into();
            state.going.push((state.now.checked_add(Duration::from_secs(150)).expect("in range"), one.id.clone()));
        })
    }
    async fn delete_snapshot(&self, snapshot: &RemovableSnapshot) -> CloudResult<()> {
        if self.look(|state| state.snapshots.get(snapshot.id()).is_none_or(|one| one.status == "creating"))? {
            return Err(error(CloudErrorKind::Conflict, "DeleteDBSnapshot"));
        }
        self.write("DeleteDBSnapshot", |state| {
            state.snapshots.remove(snapshot.id());
        })
    }
}

#[async_trait]
impl ReadMetrics for Region {
    async fn group_peaks(&self, _: &[String], _: Timestamp, _: Timestamp) -> CloudResult<BTreeMap<String, GroupPeak>> {
        Ok(BTreeMap::new())
    }
    async fn replica_lags(&self, ids: &[String], now: Timestamp) -> CloudResult<BTreeMap<String, ReplicaLag>> {
        self.look(|state| {
            let known = state.lag.iter().rev().find(|(from, _)| *from <= now);
            let lag = known.and_then(|(at, seconds)| Some(ReplicaLag { seconds: (*seconds)?, at: *at }));
            lag.map(|lag| ids.iter().map(|id| (id.clone(), lag)).collect()).unwrap_or_default()
        })
    }
}

#[async_trait]
impl ReadParameters for Region {
    async fn parameters_by_path(&self, path: &str) -> CloudResult<Vec<Parameter>> {
        self.look(|state| state.parameters.values().filter(|one| one.name.starts_with(path)).cloned().collect())
    }
    /// Without what only a look at the path tells.
    async fn parameters(&self, names: &[String]) -> CloudResult<Vec<Parameter>> {
        let bare =
            |one: &Parameter| Parameter { tier: ParameterTier::Standard, description: String::new(), ..one.clone() };
        self.look(|state| names.iter().filter_map(|name| state.parameters.get(name).map(bare)).collect())
    }
}

#[async_trait]
impl WriteParameters for Region {
    async fn put_parameter(&self, put: &PutParameter) -> CloudResult<i64> {
        self.write("PutParameter", |state| {
            let one = Parameter {
                name: put.name.clone(),
                kind: put.kind,
                tier: put.tier,
                value: put.value.clone(),
                version: 2,
                data_type: put.data_type.clone(),
                description: put.description.clone(),
                allowed_pattern: put.allowed_pattern.clone(),
                key_id: put.key_id.clone(),
            };
            state.parameters.insert(put.name.clone(), one);
        })?;
        Ok(2)
    }
    async fn delete_parameter(&self, _: &str) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported, "DeleteParameter"))
    }
}

#[async_trait]
impl ReadTables for Region {
    async fn table(&self, name: &str) -> CloudResult<Option<TableFacts>> {
        self.look(|state| state.tables.get(name).cloned())
    }
}

#[async_trait]
impl ReadBuckets for Region {
    async fn bucket(&self, name: &str) -> CloudResult<Option<BucketFacts>> {
        self.look(|state| state.buckets.get(name).cloned())
    }
    async fn object_exists(&self, bucket: &str, key: &str) -> CloudResult<bool> {
        self.look(|state| state.objects.contains_key(&(bucket.to_owned(), key.to_owned())))
    }
}

#[async_trait]
impl WriteObjects for Region {
    async fn put_object(&self, bucket: &str, key: &str, body: &[u8]) -> CloudResult<()> {
        self.write("PutObject", |state| {
            state.objects.insert((bucket.to_owned(), key.to_owned()), body.to_vec());
        })
    }
    async fn delete_object(&self, bucket: &str, key: &str) -> CloudResult<()> {
        self.write("DeleteObject", |state| {
            state.objects.remove(&(bucket.to_owned(), key.to_owned()));
        })
    }
}

#[async_trait]
impl ReadDns for Region {
    async fn records(&self, _: &str, name: &str) -> CloudResult<Vec<RecordFacts>> {
        self.look(|state| state.records.iter().filter(|one| one.name == name).cloned().collect())
    }
    async fn health_checks(&self, _: &[String]) -> CloudResult<Vec<HealthCheckFacts>> {
        Ok(vec![])
    }
}

#[async_trait]
impl WriteDns for Region {
    async fn upsert_records(&self, _: &str, records: &[RecordFacts]) -> CloudResult<()> {
        self.write("ChangeResourceRecordSets", |state| {
            state.records.retain(|one| !records.iter().any(|new| new.set_identifier == one.set_identifier));
            // Route 53 tells targets in its own form.
            state.records.extend(records.iter().cloned().map(|mut one| {
                if let Some(alias) = &mut one.alias {
                    alias.dns_name = format!("dualstack.{}.", alias.dns_name.to_lowercase());
                }
                one
            }));
        })
    }
}

#[async_trait]
impl ReadSchedules for Region {
    async fn schedules(&self, groups: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
        self.look(|state| {
            state
                .schedules
                .iter()
                .filter(|(name, _)| groups.contains(name))
                .map(|(name, all)| (name.clone(), all.clone()))
                .collect()
        })
    }
}

#[async_trait]
impl WriteSchedules for Region {
    async fn put_schedules(&self, group: &str, schedules: &[ScheduleFacts]) -> CloudResult<()> {
        self.write("BatchPutScheduledUpdateGroupAction", |state| {
            let now = state.now;
            let all = state.schedules.entry(group.to_owned()).or_default();
            all.retain(|one| !schedules.iter().any(|new| new.name == one.name));
            // Auto Scaling tells the next turn of what repeats.
            let told = |one: &ScheduleFacts| ScheduleFacts {
                start: one.start.or_else(|| now.checked_add(Duration::from_secs(60)).ok()),
                ..one.clone()
            };
            all.extend(schedules.iter().map(told));
        })
    }
    async fn delete_schedules(&self, _: &str, _: &[String]) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported, "BatchDeleteScheduledAction"))
    }
}

#[async_trait]
impl ReadGroups for Region {
    async fn groups(&self, names: &[String]) -> CloudResult<Vec<GroupFacts>> {
        self.look(|state| names.iter().filter_map(|name| state.groups.get(name).cloned()).collect())
    }
    async fn all_groups(&self) -> CloudResult<Vec<GroupFacts>> {
        self.look(|state| state.groups.values().cloned().collect())
    }
}

#[async_trait]
impl WriteGroups for Region {
    async fn set_size(&self, name: &str, size: GroupSize) -> CloudResult<()> {
        self.write("UpdateAutoScalingGroup", |state| {
            if let Some(group) = state.groups.get_mut(name) {
                group.size = size;
            }
        })
    }
    async fn start_refresh(&self, _: &str) -> CloudResult<String> {
        Err(error(CloudErrorKind::Unsupported, "StartInstanceRefresh"))
    }
}

#[async_trait]
impl ReadIdentity for Region {
    async fn caller(&self) -> CloudResult<Caller> {
        Ok(Caller { account: AccountId("1".into()), arn: "arn:aws:iam::1:user/ann".into() })
    }
}

/// Ports that no step of these tests uses.
mod unused {
    use super::*;

    fn no<T>() -> CloudResult<T> {
        Err(error(CloudErrorKind::Unsupported, "unused"))
    }

    #[async_trait]
    impl ReadLaunchTemplates for Region {
        async fn launch_templates(
            &self,
            _: &[LaunchTemplateRef],
        ) -> CloudResult<BTreeMap<LaunchTemplateRef, LaunchTemplateFacts>> {
            no()
        }
    }

    #[async_trait]
    impl ReadImages for Region {
        async fn images(&self, _: &[String]) -> CloudResult<Vec<ImageFacts>> {
            no()
        }
        async fn images_tagged(&self, _: &str, _: &str) -> CloudResult<Vec<ImageFacts>> {
            no()
        }
        async fn image_users(&self, _: &str) -> CloudResult<Vec<String>> {
            no()
        }
    }

    #[async_trait]
    impl WriteImages for Region {
        async fn copy_image(&self, _: &CopyImage) -> CloudResult<String> {
            no()
        }
        async fn tag_image(&self, _: &ImageFacts, _: &Tags) -> CloudResult<()> {
            no()
        }
        async fn remove_image(&self, _: &ImageFacts) -> CloudResult<()> {
            no()
        }
    }

    #[async_trait]
    impl ReadNetwork for Region {
        async fn security_groups(&self, _: &[String]) -> CloudResult<Vec<SecurityGroupFacts>> {
            no()
        }
        async fn vpcs(&self, _: &[String]) -> CloudResult<Vec<VpcFacts>> {
            no()
        }
        async fn vpcs_of_subnets(&self, _: &[String]) -> CloudResult<Vec<String>> {
            no()
        }
        async fn zones(&self) -> CloudResult<Vec<ZoneFacts>> {
            no()
        }
    }

    #[async_trait]
    impl ReadStacks for Region {
        async fn stacks(&self, _: &[String]) -> CloudResult<BTreeMap<String, StackFacts>> {
            no()
        }
        async fn resources(&self, _: &str) -> CloudResult<Vec<StackResource>> {
            no()
        }
        async fn events_since(&self, _: &str, _: Option<&str>) -> CloudResult<Vec<StackEvent>> {
            no()
        }
        async fn template(&self, _: &str) -> CloudResult<String> {
            no()
        }
        async fn detect_drift(&self, _: &str) -> CloudResult<StackDrift> {
            no()
        }
        async fn change_set(&self, _: &str, _: &str) -> CloudResult<Option<ChangeSet>> {
            no()
        }
    }

    #[async_trait]
    impl WriteStacks for Region {
        async fn create_change_set(&self, _: &ChangeSetRequest) -> CloudResult<String> {
            no()
        }
        async fn execute_change_set(&self, _: &str, _: &str, _: &str) -> CloudResult<()> {
            no()
        }
        async fn delete_change_set(&self, _: &str, _: &str) -> CloudResult<()> {
            no()
        }
        async fn delete_stack(&self, _: &str, _: &str) -> CloudResult<()> {
            no()
        }
        async fn set_termination_protection(&self, _: &str, _: bool) -> CloudResult<()> {
            no()
        }
        async fn upload_template(&self, _: &str, _: &str) -> CloudResult<String> {
            no()
        }
    }
}
