//! Tests of what production's identifiers become: names of the standby's, and never structure.

use super::super::estate::{baseline, environment};
use super::super::*;
use super::{body, rendered};
use crate::model::{Network, Strategy};

#[test]
fn counterparts_name_resources_that_are_there() {
    let rendered = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    for (id, counterpart) in &rendered.counterparts {
        let resource = &body(&rendered, counterpart.part)["Resources"][&counterpart.logical_id];
        assert!(resource.is_object(), "{id} -> {counterpart:?}");
    }
    let of = |id: &str| rendered.counterparts.get(id).map(|one| one.logical_id.as_str());
    assert_eq!(of(estate::SG_WEB), Some("SgShopWeb"));
    assert_eq!(of("shop-web-0123.us-east-1.elb.amazonaws.com"), Some("LbShopWeb"));
    assert_eq!(of("shop-worker"), Some("WorkerGroup"));
    assert_eq!(of("lt-0a000000000000001"), Some("WebLaunchTemplate"));
    assert_eq!(of(estate::SG_OFFICE), None);
}

#[test]
fn user_data_is_inert_unless_it_must_name_a_standby_resource() {
    use base64::Engine as _;
    let rendered = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    let compute = body(&rendered, Part::COMPUTE);
    let data = |tier: &str| {
        compute["Resources"][format!("{tier}LaunchTemplate")]["Properties"]["LaunchTemplateData"]["UserData"].clone()
    };
    let web = base64::engine::general_purpose::STANDARD.decode(data("Web").as_str().expect("base64")).expect("base64");
    let expected = estate::USER_DATA.replace("orders.cluster-x.us-east-1.rds.amazonaws.com", "orders.dr.example.com");
    assert_eq!(String::from_utf8(web).expect("text"), expected);
    assert_eq!(
        data("Api"),
        serde_json::json!({"Fn::Base64": {"Fn::Join": ["", [
            "#!/bin/sh\necho ", {"Ref": "SgShopWeb"}, " > /etc/peers\n"
        ]]}})
    );
}

#[test]
fn a_load_balancers_host_name_is_a_parameter_of_compute_only_where_it_is_used() {
    use base64::Engine as _;
    let mut baseline = baseline();
    let template = baseline.facts.launch_templates.get_mut("shop-worker").expect("the launch template");
    template.user_data = Some(
        base64::engine::general_purpose::STANDARD
            .encode("export API=http://shop-api-fedcba98.elb.us-east-1.amazonaws.com\n"),
    );
    let environment = environment(Strategy::WarmStandby);
    let rendered = render(&environment, &baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
    let compute = rendered.stacks.iter().find(|stack| stack.part == Part::COMPUTE).expect("compute");
    let dns: Vec<(&String, &Input)> =
        compute.inputs.iter().filter(|(_, input)| matches!(input, Input::LoadBalancerDns { .. })).collect();
    let expected = Input::LoadBalancerDns { part: Part::Edge, logical_id: "LbShopApi985ba5".into() };
    assert_eq!(dns, [(&"DnsNameLbShopApi985ba5".to_owned(), &expected)]);
    let document = body(&rendered, Part::COMPUTE);
    assert_eq!(
        document["Parameters"]["DnsNameLbShopApi985ba5"],
        serde_json::json!({"Type": "String", "Description": "DNS name of LbShopApi985ba5"})
    );
    assert_eq!(
        document["Resources"]["WorkerLaunchTemplate"]["Properties"]["LaunchTemplateData"]["UserData"],
        serde_json::json!({"Fn::Base64": {"Fn::Join": ["", ["export API=http://", {"Ref": "DnsNameLbShopApi985ba5"}, "\n"]]}})
    );
    assert!(rendered.untranslated.iter().all(|one| !one.place.starts_with("worker/launch-template/user-data")));
    assert_eq!(counterparts(&environment, &baseline), rendered.counterparts);
}

#[test]
fn values_cannot_become_structure_or_references() {
    let mut baseline = baseline();
    let group = baseline.facts.groups.get_mut("shop-web").expect("the group");
    let nasty = [
        "'\"\n  Injected:\n    Type: AWS::IAM::User",
        "{\"Ref\": \"AWS::Region\"}",
        "!Ref AWS::Region",
        "${AWS::AccountId}",
        "{{json x}} {{#if y}}",
        "*anchor &anchor",
        "- a\n- b",
        "# comment",
        "no",
        "1e3",
        "~",
    ];
    for (i, value) in nasty.iter().enumerate() {
        group.tags.insert(format!("Nasty{i}"), (*value).to_owned());
    }
    let environment = environment(Strategy::WarmStandby);
    let rendered = render(&environment, &baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
    let compute = body(&rendered, Part::COMPUTE);
    let tags = compute["Resources"]["WebGroup"]["Properties"]["Tags"].as_array().expect("tags");
    for (i, value) in nasty.iter().enumerate() {
        let tag = tags.iter().find(|tag| tag["Key"] == format!("Nasty{i}")).expect("the tag is there");
        assert_eq!(tag["Value"], *value);
    }
    assert_eq!(compute["Resources"].as_object().expect("resources").len(), 6);

    let group = baseline.facts.groups.get_mut("shop-web").expect("the group");
    group.tags.insert("Password".into(), "{{resolve:secretsmanager:shop:SecretString:password}}".into());
    group.tags.insert("{{resolve:ssm:/x}}".into(), "y".into());
    let error = render(&environment, &baseline, Footprint::Standby, &Templates::embedded()).expect_err("refused");
    insta::assert_snapshot!(error, @r"
    web/tags/Password: the value `{{resolve:secretsmanager:shop:SecretString:password}}` holds a CloudFormation dynamic reference, which would be resolved when the stack is deployed; change it in production or translate it with `map:`
    web/tags/{{resolve:ssm:/x}}: the value `{{resolve:ssm:/x}}` holds a CloudFormation dynamic reference, which would be resolved when the stack is deployed; change it in production or translate it with `map:`
    ");
}

#[test]
fn an_existing_network_has_literal_ids_and_no_stack() {
    let mut environment = environment(Strategy::WarmStandby);
    environment.network = Network::Existing {
        vpc_id: "vpc-0b000000000000001".into(),
        public_subnet_ids: vec!["subnet-0b000000000000001".into(), "subnet-0b000000000000002".into()],
        private_subnet_ids: vec!["subnet-0b000000000000003".into(), "subnet-0b000000000000004".into()],
    };
    let with_public = rendered(&environment, Footprint::Standby);
    let parts: Vec<Part> = with_public.stacks.iter().map(|stack| stack.part).collect();
    assert_eq!(parts, [Part::Security, Part::Data, Part::Edge, Part::COMPUTE]);
    assert_eq!(with_public.stacks[2].parameters["VpcId"], "vpc-0b000000000000001");
    assert_eq!(with_public.stacks[3].parameters["PrivateSubnets"], "subnet-0b000000000000003,subnet-0b000000000000004");
    // The blocks of a VPC we did not make are unknown.
    assert!(with_public.untranslated.iter().any(|one| one.identifier == "10.0.1.0/24"));

    let Network::Existing { public_subnet_ids, .. } = &mut environment.network else { unreachable!() };
    public_subnet_ids.clear();
    let error = render(&environment, &baseline(), Footprint::Standby, &Templates::embedded()).expect_err("refused");
    insta::assert_snapshot!(error, @"load-balancer/shop-web: it faces the internet, and `network` names no public subnets; add `public_subnet_ids`");
}

#[test]
fn what_the_map_names_is_used_and_not_made() {
    let mut environment = environment(Strategy::WarmStandby);
    for (from, to) in [
        (estate::SG_OFFICE, "sg-0c000000000000009"),
        (estate::SG_ALB, "sg-0c000000000000001"),
        ("pl-0a000000000000001", "pl-0c000000000000001"),
        ("prod-key", "dr-key"),
        ("snap-0a000000000000001", "snap-0c000000000000001"),
    ] {
        environment.map.insert(from.into(), to.into());
    }
    let rendered = rendered(&environment, Footprint::Standby);
    let security = body(&rendered, Part::Security);
    assert!(security["Resources"].get("SgShopAlb").is_none());
    let ingress = security["Resources"]["SgShopWeb"]["Properties"]["SecurityGroupIngress"].to_string();
    assert!(ingress.contains(r#""SourceSecurityGroupId":"sg-0c000000000000009""#), "{ingress}");
    assert!(ingress.contains(r#""SourceSecurityGroupId":"sg-0c000000000000001""#), "{ingress}");
    let compute = body(&rendered, Part::COMPUTE);
    let data = &compute["Resources"]["WebLaunchTemplate"]["Properties"]["LaunchTemplateData"];
    assert_eq!(data["KeyName"], "dr-key");
    assert_eq!(data["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"], "snap-0c000000000000001");
    let edge = body(&rendered, Part::Edge);
    let groups = &edge["Resources"]["LbShopWeb"]["Properties"]["SecurityGroups"];
    assert_eq!(groups, &serde_json::json!(["sg-0c000000000000001"]));
}
