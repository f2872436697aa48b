//! Owns the tests of the AWS adapters: real SDK clients against a loopback server that replays AWS's answers, and against
//! moto where it can be trusted.

#[path = "support/cbor.rs"]
mod cbor;
#[path = "user/moto.rs"]
mod moto;
#[path = "support/python.rs"]
mod python;
#[path = "support/replay.rs"]
mod replay;

#[path = "aws_adapters/compute.rs"]
mod compute;
#[path = "aws_adapters/database_copies.rs"]
mod database_copies;
#[path = "aws_adapters/databases.rs"]
mod databases;
#[path = "aws_adapters/dns.rs"]
mod dns;
#[path = "aws_adapters/events.rs"]
mod events;
#[path = "aws_adapters/faults.rs"]
mod faults;
#[path = "aws_adapters/metrics.rs"]
mod metrics;
#[path = "aws_adapters/network.rs"]
mod network;
#[path = "aws_adapters/outside.rs"]
mod outside;
#[path = "aws_adapters/parameters.rs"]
mod parameters;
#[path = "aws_adapters/replicated.rs"]
mod replicated;
#[path = "aws_adapters/schedules.rs"]
mod schedules;
#[path = "aws_adapters/sides.rs"]
mod sides;
#[path = "aws_adapters/stacks.rs"]
mod stacks;
#[path = "aws_adapters/stand_in.rs"]
mod stand_in;
#[path = "aws_adapters/store.rs"]
mod store;

use lifeboat::aws::AwsCloud;
use lifeboat::cloud::{Cloud as _, ReadPorts, WritePorts};
use lifeboat::model::{AccountId, Region, Side, SideName};
use replay::Replay;

fn side(endpoint: String) -> Side {
    Side {
        region: Region("us-west-2".to_owned()),
        account: AccountId("111122223333".to_owned()),
        role_arn: None,
        external_id: None,
        profile: None,
        endpoint_url: Some(endpoint),
    }
}

fn cloud() -> AwsCloud {
    AwsCloud::new().with_credentials("AKIDTESTS", "secret")
}

async fn reading(server: &Replay) -> ReadPorts {
    cloud().read(SideName::Standby, &side(server.url())).await.expect("read ports")
}

async fn writing(server: &Replay) -> WritePorts {
    cloud().write(SideName::Standby, &side(server.url())).await.expect("write ports")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
