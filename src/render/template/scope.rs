//! Owns what is known of the variables in scope: the schema of the view, walked as a template walks the view.

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::Value;

use crate::render::view::View;

/// What a variable may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape<'s> {
    /// Anything: nothing more is known.
    Any,
    /// What a schema says, its references not yet followed.
    Schema(&'s Value),
}

/// The schema of everything templates see.
pub(super) struct ViewSchema(Value);

impl ViewSchema {
    pub fn new() -> Self {
        ViewSchema(Schema::to_value(schemars::schema_for!(View)))
    }

    pub fn root(&self) -> Shape<'_> {
        Shape::Schema(&self.0)
    }

    /// Follows references and looks through "or null".
    fn resolved<'s>(&'s self, shape: Shape<'s>) -> Option<&'s Value> {
        let Shape::Schema(mut schema) = shape else { return None };
        for _ in 0..8 {
            if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
                schema = self.0.pointer(target.strip_prefix('#')?)?;
            } else if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
                schema = choices.iter().find(|choice| choice.get("type") != Some(&Value::from("null")))?;
            } else {
                break;
            }
        }
        // A schema that asks for nothing (`true`, or only a description) is that of a JSON value.
        schema.get("type").is_some().then_some(schema)
    }

    fn is(&self, shape: Shape<'_>, kind: &str) -> bool {
        self.resolved(shape).and_then(|schema| schema.get("type")).is_some_and(|found| match found {
            Value::Array(kinds) => kinds.iter().any(|one| one == kind),
            one => one == kind,
        })
    }

    /// Whether it is a single value that may be written bare.
    pub fn is_scalar(&self, shape: Shape<'_>) -> bool {
        matches!(shape, Shape::Any) || !(self.is(shape, "array") || self.is(shape, "object"))
    }

    /// The field of that name; an error is the names there are.
    pub fn field<'s>(&'s self, shape: Shape<'s>, name: &str) -> Result<Shape<'s>, Vec<&'s str>> {
        let Some(schema) = self.resolved(shape) else { return Ok(Shape::Any) };
        let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return Err(Vec::new()) };
        fields.get(name).map(Shape::Schema).ok_or_else(|| fields.keys().map(String::as_str).collect())
    }

    /// What a list holds; none when it is no list.
    pub fn item<'s>(&'s self, shape: Shape<'s>) -> Option<Shape<'s>> {
        match self.resolved(shape) {
            None => Some(Shape::Any),
            Some(schema) if self.is(shape, "array") => Some(schema.get("items").map_or(Shape::Any, Shape::Schema)),
            Some(_) => None,
        }
    }
}

/// One frame of the scope: what `this` is, and names given besides.
#[derive(Debug, Clone)]
pub(super) struct Frame<'s> {
    pub this: Shape<'s>,
    pub names: BTreeMap<String, Shape<'s>>,
}

impl<'s> Frame<'s> {
    pub fn of(this: Shape<'s>) -> Self {
        Frame { this, names: BTreeMap::new() }
    }
}

/// Why a path leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Nowhere<'s> {
    pub name: String,
    pub known: Vec<&'s str>,
}

/// Follows a path such as `this.tags`, `../name`, `@root.region` or `@index`.
pub(super) fn follow<'s>(schema: &'s ViewSchema, frames: &[Frame<'s>], path: &str) -> Result<Shape<'s>, Nowhere<'s>> {
    let mut rest = path;
    if let Some(local) = rest.strip_prefix('@').filter(|local| !local.starts_with("root")) {
        let name = local.trim_start_matches("../");
        let known = vec!["@first", "@index", "@key", "@last", "@root"];
        let is_known = ["first", "index", "key", "last"].contains(&name);
        return if is_known { Ok(Shape::Any) } else { Err(Nowhere { name: path.to_owned(), known }) };
    }
    let mut depth = frames.len().saturating_sub(1);
    while let Some(up) = rest.strip_prefix("../") {
        (depth, rest) = (depth.saturating_sub(1), up);
    }
    rest = rest.strip_prefix("./").unwrap_or(rest);
    let mut steps = rest.split(['.', '/']).map(|step| step.trim_start_matches('[').trim_end_matches(']'));
    let Some(frame) = frames.get(depth) else { return Ok(Shape::Any) };
    let first = steps.next().unwrap_or_default();
    let mut shape = match first {
        "" | "this" => frame.this,
        "@root" => schema.root(),
        // Names given by a block are seen by what is nested in it; fields are those of the innermost value only.
        name => match frames[..=depth].iter().rev().find_map(|frame| frame.names.get(name)) {
            Some(shape) => *shape,
            None => step(schema, frame.this, name)?,
        },
    };
    for name in steps {
        shape = step(schema, shape, name)?;
    }
    Ok(shape)
}

fn step<'s>(schema: &'s ViewSchema, shape: Shape<'s>, name: &str) -> Result<Shape<'s>, Nowhere<'s>> {
    schema.field(shape, name).map_err(|known| Nowhere { name: name.to_owned(), known })
}

/// A variable as `templates/README.md` explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its path from the root; `[]` stands for every item of a list.
    pub path: String,
    /// `text`, `number`, `true or false`, `list`, `group of variables` or `JSON`; `, or none` where it may be absent.
    pub kind: String,
    /// What it means.
    pub description: String,
}

/// Every variable templates see, in the order of the view.
pub fn variables() -> Vec<Variable> {
    let schema = ViewSchema::new();
    let mut out = Vec::new();
    list(&schema, schema.root(), "", &mut out);
    out
}

fn list(schema: &ViewSchema, shape: Shape<'_>, prefix: &str, out: &mut Vec<Variable>) {
    let Some(fields) = schema.resolved(shape).and_then(|s| s.get("properties")).and_then(Value::as_object) else {
        return;
    };
    for (name, field) in fields {
        let path = format!("{prefix}{name}");
        let shape = Shape::Schema(field);
        let item = schema.item(shape).filter(|_| schema.is(shape, "array"));
        let text = field.get("description").and_then(Value::as_str).unwrap_or_default();
        let is_tags = path.ends_with("tags") && item.is_some();
        out.push(Variable {
            path: path.clone(),
            kind: kind(schema, shape, field),
            description: text.replace('\n', " "),
        });
        match item {
            // Tags are explained once; templates pass them on whole.
            Some(_) if is_tags => {}
            Some(item) => list(schema, item, &format!("{path}[]."), out),
            None => list(schema, shape, &format!("{path}."), out),
        }
    }
}

fn kind(schema: &ViewSchema, shape: Shape<'_>, field: &Value) -> String {
    let kinds = [
        ("array", "list"),
        ("object", "group of variables"),
        ("boolean", "true or false"),
        ("integer", "number"),
        ("string", "text"),
    ];
    let found = kinds.iter().find(|(name, _)| schema.is(shape, name)).map_or("JSON", |(_, words)| words);
    let optional = schema.is(shape, "null") || field.get("anyOf").is_some() || found == "JSON";
    if optional { format!("{found}, or none") } else { found.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_handlebars_would_go() {
        let schema = ViewSchema::new();
        let groups = schema.field(schema.root(), "compute").and_then(|c| schema.field(c, "groups")).expect("groups");
        let group = schema.item(groups).expect("a list");
        let mut inner = Frame::of(group);
        inner.names.insert("g".into(), group);
        let frames = [Frame::of(schema.root()), inner];
        let check = |path: &str| follow(&schema, &frames, path).map(|shape| schema.is_scalar(shape));
        for path in ["name", "this.name", "@root.region", "../region", "g.name", "@index", "launch_template.user_data"]
        {
            assert_eq!(check(path), Ok(true), "{path}");
        }
        assert_eq!(check("tags"), Ok(false));
        assert_eq!(check("launch_template.profile"), Ok(false));
        for path in ["region", "nme", "this.x", "name.x", "@indx", "@root.x", "launch_template.profile.x"] {
            assert!(check(path).is_err(), "{path}");
        }
    }

    /// Run with `LIFEBOAT_UPDATE=1` to write the table anew.
    #[test]
    fn the_readme_explains_every_variable() {
        let table: String = variables()
            .iter()
            .map(|one| format!("| `{}` | {} | {} |\n", one.path, one.kind, one.description.replace('|', "\\|")))
            .collect();
        let table = format!("| variable | holds | means |\n|---|---|---|\n{table}");
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/README.md");
        let text = std::fs::read_to_string(&file).expect("the file is there");
        let (head, written) = text.split_once("## Variables\n\n").expect("the section is there");
        if std::env::var_os("LIFEBOAT_UPDATE").is_some() {
            std::fs::write(&file, format!("{head}## Variables\n\n{table}")).expect("writes");
            return;
        }
        assert_eq!(written, table);
    }
}
