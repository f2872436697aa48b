//! Owns how the data and the traffic of a standby are told.

use std::fmt::Write as _;

use serde::Serialize;

use super::style::{ALARM, Paint};
use super::table::{Cell, Table};
use crate::facts::LeverFacts;
use crate::model::Span;

/// One data store, as it stands in the standby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataStatus {
    /// Its name in the environment file.
    pub data: String,
    /// `database`, `table` or `bucket`.
    pub kind: &'static str,
    /// What it is called in the standby.
    pub name: String,
    /// What it is there.
    pub role: DataRole,
    /// AWS's word for its state; none where it is not there or could not be seen.
    pub status: Option<String>,
    /// How far a replica is behind, in seconds; none where that is not known or it follows nothing.
    pub lag_s: Option<u64>,
    /// Whether only one side takes its writes: then a replica of it is behind by something, and may be promoted.
    #[serde(skip)]
    pub one_writer: bool,
}

/// What a data store is in the standby.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataRole {
    /// It follows production's.
    Replica,
    /// It stands alone: promoted, or never a replica.
    StandsAlone,
    /// It is not there.
    Absent,
    /// It could not be seen.
    Unknown,
}

impl DataRole {
    fn words(self) -> &'static str {
        match self {
            DataRole::Replica => "replica",
            DataRole::StandsAlone => "stands alone",
            DataRole::Absent => "not there",
            DataRole::Unknown => "unknown",
        }
    }
}

/// Where the record leads users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrafficStatus {
    /// The record.
    pub record: String,
    /// The switch, as the environment file writes it.
    pub switch: &'static str,
    /// Where it leads.
    pub leads_to: LeadsTo,
    /// Whether the object that moves traffic is there; none where there is no such object, or it could not be seen.
    pub object: Option<bool>,
    /// What tells so.
    pub because: String,
    /// Whether health checkers could read the object that moves traffic; none where there is no such object.
    pub lever: Option<LeverFacts>,
}

/// Where a record leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeadsTo {
    /// To the primary.
    Primary,
    /// To the standby.
    Standby,
    /// To both.
    Both,
    /// Route 53 or a person decides, and the standby cannot tell.
    Undecided,
    /// lifeboat has made no record yet.
    NotProvisioned,
    /// It could not be seen.
    Unknown,
}

impl LeadsTo {
    fn words(self) -> &'static str {
        match self {
            LeadsTo::Primary => "to the primary",
            LeadsTo::Standby => "to the standby",
            LeadsTo::Both => "to both sides",
            LeadsTo::Undecided => "to the side that is chosen elsewhere",
            LeadsTo::NotProvisioned => "where it always did",
            LeadsTo::Unknown => "to an unknown side",
        }
    }
}

/// Data and traffic for people; nothing where the environment names neither.
pub fn text(data: &[DataStatus], traffic: Option<&TrafficStatus>, paint: Paint) -> String {
    let mut out = String::new();
    if !data.is_empty() {
        let mut table = Table::new(2);
        table.row(["DATA", "KIND", "IN THE STANDBY", "ROLE", "STATUS", "LAG"].map(Cell::from));
        for one in data {
            let lag = match (one.one_writer, one.role, one.lag_s) {
                (true, DataRole::Replica, Some(seconds)) => Span::from_secs(seconds).to_string(),
                (true, DataRole::Replica, None) => "lag not known".to_owned(),
                _ => "-".to_owned(),
            };
            let status = one.status.clone().unwrap_or_else(|| "-".to_owned());
            table.row(
                [one.data.clone(), one.kind.to_owned(), one.name.clone(), one.role.words().to_owned(), status, lag]
                    .map(Cell::from),
            );
        }
        out.push_str(&table.text(paint));
    }
    if let Some(traffic) = traffic {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "traffic: {} leads {} ({}; {})",
            traffic.record,
            traffic.leads_to.words(),
            traffic.switch,
            traffic.because
        );
        if let Some(lever) = &traffic.lever {
            let words = lever.words();
            let words = if lever.works() == Some(false) { paint.text(ALARM, &words) } else { words };
            let _ = writeln!(out, "  {words}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::LeverAnswer;

    #[test]
    fn a_lag_that_is_not_known_is_said() {
        let database = |data: &str, role, status: Option<&str>, lag_s| DataStatus {
            data: data.into(),
            kind: "database",
            name: format!("shop-{data}"),
            role,
            status: status.map(str::to_owned),
            lag_s,
            one_writer: true,
        };
        let data = [
            database("ledger", DataRole::Replica, Some("available"), None),
            database("orders", DataRole::Replica, Some("available"), Some(12)),
            database("stock", DataRole::StandsAlone, Some("modifying"), None),
            database("tills", DataRole::Absent, None, None),
        ];
        let traffic = TrafficStatus {
            record: "shop.example.com".into(),
            switch: "standby-takes-over",
            leads_to: LeadsTo::Standby,
            object: Some(true),
            because: "the object s3://shop-traffic/x is there".into(),
            lever: Some(LeverFacts {
                bucket: "shop-traffic".into(),
                key: "reachable".into(),
                url: "https://shop-traffic.s3.us-west-2.amazonaws.com/reachable".into(),
                answer: LeverAnswer::Works,
            }),
        };
        insta::assert_snapshot!(text(&data, Some(&traffic), Paint::new(false)), @r"
          DATA    KIND      IN THE STANDBY  ROLE          STATUS     LAG
          ledger  database  shop-ledger     replica       available  lag not known
          orders  database  shop-orders     replica       available  12s
          stock   database  shop-stock      stands alone  modifying  -
          tills   database  shop-tills      not there     -          -
        traffic: shop.example.com leads to the standby (standby-takes-over; the object s3://shop-traffic/x is there)
          the lever works: https://shop-traffic.s3.us-west-2.amazonaws.com/reachable answers 200 without credentials
        ");
        assert_eq!(text(&[], None, Paint::new(false)), "");
    }
}
