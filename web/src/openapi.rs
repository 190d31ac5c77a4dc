//! `/openapi.json`: every route that answers programs, described from the same table and sheets that serve it.

use crate::routes::{Door, Route, all};
use crate::say::Lang;
use platform::sheet::{Kind, Sheet};
use serde_json::{Map, Value, json};

/// The OpenAPI 3.1 document as text. It is put together path by path: as one tree of values it would take ten times its size.
pub fn text(base_url: &str) -> String {
    let paths: Vec<String> = all()
        .chunk_by(|a, b| a.path == b.path)
        .filter_map(|routes| {
            let path = &routes.first()?.path;
            let methods: Map<String, Value> = routes.iter().map(|route| (route.method.to_lowercase(), operation(route))).collect();
            Some(format!("{}:{}", json!(described(path)), Value::Object(methods)))
        })
        .collect();
    frame(base_url).to_string().replacen(PATHS, &format!("{{{}}}", paths.join(",")), 1)
}

/// A path as the description spells it: a parameter that takes the rest of the address is one like any other.
fn described(path: &str) -> String {
    path.replace("{*", "{")
}

/// The same as a value.
pub fn document(base_url: &str) -> Value {
    serde_json::from_str(&text(base_url)).unwrap_or_default()
}

/// Where the paths go in.
const PATHS: &str = "\"— paths —\"";

/// Everything but the paths.
fn frame(base_url: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "大境 Dajing",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Authorised operation of public data. Every page answers JSON to `Accept: application/json`; every act takes a form or a JSON body at the same address.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "servers": [{ "url": base_url }],
        "paths": PATHS.trim_matches('"'),
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "API token made under /account/tokens" } },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "code", "requestId"],
                    "properties": {
                        "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" },
                        "instance": { "type": "string" }, "code": { "type": "string" }, "article": { "type": ["string", "null"] }, "requestId": { "type": "string" },
                        "errors": { "type": "array", "items": { "type": "object", "properties": { "pointer": { "type": "string" }, "code": { "type": "string" }, "detail": { "type": "string" } } } }
                    }
                },
                "Done": { "type": "object", "properties": { "done": { "type": "boolean" }, "location": { "type": "string" } } }
            },
            "responses": { "Problem": { "description": "A refusal: why, under which article, and what would help", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } } }
        }
    })
}

fn operation(route: &Route) -> Value {
    let path = described(&route.path);
    let parameters: Vec<Value> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{').and_then(|p| p.split_once('}')).map(|(name, _)| name))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let mut summary = Lang::En.t(route.about.key);
    if !route.about.noun.is_empty() {
        summary = format!("{}: {summary}", Lang::En.t(&format!("noun-{}", route.about.noun)));
    }
    if !route.about.act.is_empty() {
        summary = format!("{summary} — {}", Lang::En.t(&format!("{}-act-{}", route.about.noun, route.about.act)));
    }
    let refusals = if route.method == "GET" {
        &["400", "401", "403", "404", "409", "429", "500", "503"][..]
    } else {
        &["400", "401", "403", "404", "409", "413", "422", "429", "500", "503", "507"][..]
    };
    let mut responses: Map<String, Value> = refusals.iter().map(|s| (s.to_string(), json!({ "$ref": "#/components/responses/Problem" }))).collect();
    if route.about.goes {
        responses.insert("410".into(), json!({ "$ref": "#/components/responses/Problem" }));
    }
    let fine = if !route.about.media.is_empty() {
        let content: Map<String, Value> = route.about.media.split(", ").map(|media| (media.to_string(), json!({}))).collect();
        json!({ "description": "The file", "content": content })
    } else if route.method == "GET" {
        json!({ "description": "The page", "content": { "application/json": { "schema": { "type": "object" } }, "text/html": {} } })
    } else {
        json!({ "description": "Done", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Done" } } } })
    };
    responses.insert("200".into(), fine);
    responses.insert("303".into(), json!({ "description": "For browsers: go there" }));
    let mut operation = json!({ "summary": summary, "parameters": parameters, "responses": responses });
    if route.door != Door::Public {
        operation["security"] = json!([{ "token": [] }]);
        if let Door::Only(roles) = &route.door {
            operation["x-roles"] = json!(roles);
        }
    }
    if let (Some(sheet), true) = (route.about.sheet, route.method != "GET") {
        let schema = schema(sheet);
        let form =
            if sheet.fields.iter().any(|f| matches!(f.kind, Kind::Files(_))) { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
        operation["requestBody"] = json!({ "content": { "application/json": { "schema": schema }, form: { "schema": { "type": "object" } } } });
    }
    operation
}

/// A sheet as JSON Schema.
fn schema(sheet: &Sheet) -> Value {
    let mut properties = Map::new();
    for field in sheet.fields {
        let mut one = match field.kind {
            Kind::Line(max) | Kind::Text(max) => json!({ "type": "string", "maxLength": max }),
            Kind::Number(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
            Kind::Money => json!({ "type": "string", "pattern": "^[0-9]{1,11}(\\.[0-9]{1,2})?$", "description": "yuan" }),
            Kind::Date => json!({ "type": "string", "format": "date" }),
            Kind::Time => json!({ "type": "string", "description": "YYYY-MM-DDTHH:MM in Asia/Shanghai" }),
            Kind::Tick => json!({ "type": "boolean" }),
            Kind::Choice(_, words) => json!({ "type": "string", "enum": words }),
            Kind::Many(_, words) => json!({ "type": "array", "items": { "type": "string", "enum": words } }),
            Kind::Pick(list) => json!({ "type": "string", "description": format!("one of: {list}") }),
            Kind::Picks(list) => json!({ "type": "array", "items": { "type": "string" }, "description": format!("some of: {list}") }),
            Kind::Files(_) => json!({ "type": "array", "items": { "type": "string" }, "description": "ids of uploaded files" }),
            Kind::Rows(of) => json!({ "type": "array", "items": schema(of), "maxItems": 300 }),
        };
        one["title"] = Lang::Zh.t(&format!("{}-{}", sheet.name, field.name)).into();
        properties.insert(field.name.into(), one);
    }
    let required: Vec<&str> = sheet.fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}
