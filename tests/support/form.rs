//! The forms of a page as a browser without scripts reads, fills and sends them: what the page does not offer cannot be
//! chosen, and what it does not ask for cannot be sent.

use crate::visitor::{Answer, Visitor, unescape};
use reqwest::Method;
use reqwest::blocking::multipart;

/// One form as it stands in a page.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    parts: bool,
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    /// The input's type, or what keyboard it asks for; empty for plain text.
    sort: String,
    what: What,
}

impl Field {
    fn new(name: String, what: What) -> Self {
        Self { name, sort: String::new(), what }
    }
}

#[derive(Clone, Debug)]
enum What {
    Text(String),
    /// A box to tick, or one of several to choose from.
    Tick {
        value: String,
        label: String,
        on: bool,
        one: bool,
    },
    /// Value, label, chosen.
    Select(Vec<(String, String, bool)>),
    Files(Vec<(String, Vec<u8>)>),
}

/// One piece of a page: a tag with its attributes, or the text before the next.
struct Tag<'a> {
    name: &'a str,
    inner: &'a str,
    /// What stands between it and the next tag.
    after: &'a str,
}

impl Tag<'_> {
    fn has(&self, name: &str) -> bool {
        self.inner.split(' ').any(|a| a == name || a.starts_with(&format!("{name}=")))
    }
    fn get(&self, name: &str) -> String {
        let needle = format!(" {name}=\"");
        self.inner.find(&needle).map_or_else(String::new, |at| unescape(self.inner[at + needle.len()..].split('"').next().unwrap_or_default()))
    }
}

/// The tags of a page in order. Templates write every attribute in double quotes and escape `>` in them.
fn tags(text: &str) -> Vec<Tag<'_>> {
    text.split('<')
        .skip(1)
        .filter_map(|piece| {
            let (inner, after) = piece.split_once('>')?;
            Some(Tag { name: inner.split([' ', '\n']).next().unwrap_or_default(), inner, after })
        })
        .collect()
}

impl Answer {
    /// Every form of the page.
    pub fn forms(&self) -> Vec<Form> {
        let mut forms = Vec::new();
        for piece in self.text.split("<form ").skip(1) {
            let inside = piece.split("</form>").next().unwrap_or_default();
            forms.push(Form::read(inside));
        }
        forms
    }
    /// The form that is sent to that address; it must be there.
    pub fn form(&self, action: &str) -> Form {
        let forms = self.forms();
        let known: Vec<&str> = forms.iter().map(|f| f.action.as_str()).collect();
        forms.iter().find(|f| f.is_to(action)).cloned().unwrap_or_else(|| panic!("no form to {action}, only to {known:?}: {}", self.said()))
    }
    /// Whether the page has a form to that address or a link there.
    pub fn offers(&self, address: &str) -> bool {
        self.forms().iter().any(|f| f.is_to(address)) || self.links().iter().any(|l| l == address)
    }
    /// The text of the page's main part, without tags: for reports and for what must be read there.
    pub fn said(&self) -> String {
        let main = self.text.split("<main").nth(1).unwrap_or(&self.text).split("</main>").next().unwrap_or_default();
        let texts: Vec<String> =
            tags(main).iter().filter(|t| t.name != "style").map(|t| unescape(t.after.trim())).filter(|t| !t.is_empty()).collect();
        texts.join(" ")
    }
}

impl Form {
    fn read(inside: &str) -> Self {
        let whole = format!("<form {inside}");
        let tags = tags(&whole);
        let mut form = Self { action: tags[0].get("action"), parts: tags[0].inner.contains("multipart/form-data"), fields: Vec::new() };
        for (at, tag) in tags.iter().enumerate() {
            let name = tag.get("name");
            match tag.name {
                "input" if tag.has("disabled") => {}
                "input" => {
                    let what = match tag.get("type").as_str() {
                        kind @ ("checkbox" | "radio") => {
                            // Its label is the text of the span behind it.
                            let label = tags.get(at + 1).map(|t| unescape(t.after.trim())).unwrap_or_default();
                            What::Tick { value: tag.get("value"), label, on: tag.has("checked"), one: kind == "radio" }
                        }
                        "file" => What::Files(Vec::new()),
                        _ => What::Text(tag.get("value")),
                    };
                    let sort = [tag.get("type"), tag.get("inputmode")].into_iter().find(|s| !s.is_empty() && s != "text").unwrap_or_default();
                    form.fields.push(Field { name, sort, what });
                }
                "textarea" => {
                    let text = unescape(tag.after.strip_prefix('\n').unwrap_or(tag.after));
                    form.fields.push(Field::new(name, What::Text(text)));
                }
                "select" => form.fields.push(Field::new(name, What::Select(Vec::new()))),
                "option" => {
                    if let Some(Field { what: What::Select(options), .. }) = form.fields.last_mut() {
                        options.push((tag.get("value"), unescape(tag.after.trim()), tag.has("selected")));
                    }
                }
                _ => {}
            }
        }
        form
    }
    /// Whether it is sent there, wherever it leads afterwards.
    fn is_to(&self, address: &str) -> bool {
        self.action == address || self.action.split("?then=").next() == Some(address)
    }
    fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|f| f.name.as_str()).collect()
    }
    /// Whether it has that field.
    pub fn asks(&self, name: &str) -> bool {
        self.fields.iter().any(|f| f.name == name)
    }
    /// What stands in a field; of boxes and lists what is chosen.
    pub fn value(&self, name: &str) -> String {
        let chosen = |f: &Field| match &f.what {
            What::Text(text) => Some(text.clone()),
            What::Tick { value, on, .. } => on.then(|| value.clone()),
            What::Select(options) => options.iter().find(|o| o.2).map(|o| o.0.clone()),
            What::Files(_) => None,
        };
        let all: Vec<String> = self.fields.iter().filter(|f| f.name == name).filter_map(chosen).collect();
        all.join(" ")
    }
    /// Types into a field, or chooses the offer of that value.
    pub fn put(mut self, name: &str, text: &str) -> Self {
        let known = format!("{:?}", self.names());
        let mut done = false;
        for field in self.fields.iter_mut().filter(|f| f.name == name) {
            match &mut field.what {
                What::Text(value) => (*value, done) = (text.into(), true),
                What::Select(options) => {
                    done = options.iter().any(|o| o.0 == text);
                    options.iter_mut().for_each(|o| o.2 = o.0 == text);
                }
                What::Tick { value, on, one, .. } if *one || value == text => {
                    done |= value == text;
                    *on = value == text;
                }
                _ => {}
            }
        }
        assert!(done, "{} does not offer {text:?} in {name}: {known}", self.action);
        self
    }
    /// Many fields at once.
    pub fn fill(self, fields: &[(&str, &str)]) -> Self {
        fields.iter().fold(self, |form, (name, text)| form.put(name, text))
    }
    /// Chooses the offer whose label has these words, as somebody who reads the page does.
    pub fn pick(mut self, name: &str, words: &str) -> Self {
        let mut done = false;
        for field in self.fields.iter_mut().filter(|f| f.name == name) {
            match &mut field.what {
                What::Select(options) => {
                    let at = options.iter().position(|o| o.1.contains(words));
                    done |= at.is_some();
                    options.iter_mut().enumerate().for_each(|(i, o)| o.2 = Some(i) == at);
                }
                What::Tick { label, on, .. } if label.contains(words) => (*on, done) = (true, true),
                _ => {}
            }
        }
        assert!(done, "{} offers nothing like {words} in {name}: {self:?}", self.action);
        self
    }
    /// Ticks exactly these boxes of a field.
    pub fn only(mut self, name: &str, values: &[&str]) -> Self {
        let mut ticked = 0;
        for field in self.fields.iter_mut().filter(|f| f.name == name) {
            if let What::Tick { value, on, .. } = &mut field.what {
                *on = values.contains(&value.as_str());
                ticked += usize::from(*on);
            }
        }
        assert_eq!(ticked, values.len(), "{} offers {values:?} in {name}", self.action);
        self
    }
    /// Ticks a box.
    pub fn tick(self, name: &str) -> Self {
        self.put(name, "on")
    }
    /// Chooses a file of one's own.
    pub fn file(mut self, name: &str, called: &str, bytes: &[u8]) -> Self {
        let mut done = false;
        for field in self.fields.iter_mut().filter(|f| f.name == name) {
            if let What::Files(files) = &mut field.what {
                files.push((called.into(), bytes.to_vec()));
                done = true;
            }
        }
        assert!(done && self.parts, "{} takes a file in {name}", self.action);
        self
    }
    /// Filled in from top to bottom without a thought: this text wherever one may type freely, some figure, day or hour
    /// where one is asked for, the first offer of every list, every box ticked.
    pub fn anything(mut self, text: &str, password: &str) -> Self {
        for field in &mut self.fields {
            match &mut field.what {
                What::Text(value) => match field.sort.as_str() {
                    "hidden" => {}
                    "password" => *value = password.into(),
                    "email" => *value = format!("{}@example.cn", crate::visitor::key()),
                    "date" => *value = "2026-12-30".into(),
                    "datetime-local" => *value = "2026-12-30T10:00".into(),
                    "numeric" | "decimal" if value.is_empty() => *value = "1".into(),
                    "numeric" | "decimal" => {}
                    _ => *value = text.into(),
                },
                What::Tick { on, .. } => *on = true,
                What::Select(options) => {
                    let at = options.iter().position(|o| !o.0.is_empty());
                    options.iter_mut().enumerate().for_each(|(i, o)| o.2 = Some(i) == at);
                }
                What::Files(_) => {}
            }
        }
        self
    }
    /// The button pressed has a name and a value of its own.
    pub fn button(mut self, name: &str, value: &str) -> Self {
        self.fields.push(Field::new(name.into(), What::Text(value.into())));
        self
    }
    /// The button pressed sends it elsewhere.
    pub fn to(mut self, action: &str) -> Self {
        self.action = action.into();
        self
    }
    /// What a browser sends of it, files apart.
    fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for field in self.fields.iter().filter(|f| !f.name.is_empty()) {
            let value = match &field.what {
                What::Text(text) => Some(text.clone()),
                What::Tick { value, on, .. } => on.then(|| value.clone()),
                // A list always has something chosen: its first line when nothing else is.
                What::Select(options) => options.iter().find(|o| o.2).or(options.first()).map(|o| o.0.clone()),
                What::Files(_) => None,
            };
            pairs.extend(value.map(|v| (field.name.clone(), v)));
        }
        pairs
    }
}

impl Visitor {
    /// Sends a form as it is filled in.
    pub fn press(&self, form: &Form) -> Answer {
        let request = self.request(Method::POST, &form.action).header("accept", "text/html");
        if !form.parts {
            return self.send(request.form(&form.pairs()));
        }
        let mut body = multipart::Form::new();
        for (name, value) in form.pairs() {
            body = body.text(name, value);
        }
        for field in &form.fields {
            let What::Files(files) = &field.what else { continue };
            if files.is_empty() {
                // A browser sends an empty file for a field left empty.
                body = body.part(field.name.clone(), multipart::Part::bytes(Vec::new()).file_name(""));
            }
            for (called, bytes) in files {
                body = body.part(field.name.clone(), multipart::Part::bytes(bytes.clone()).file_name(called.clone()));
            }
        }
        self.send(request.multipart(body))
    }
    /// Sends a form that must be taken; the address where one is led.
    pub fn done(&self, form: &Form) -> String {
        let answer = self.press(form);
        let (action, said) = (&form.action, answer.said());
        assert_eq!(answer.status, 303, "{} sends {action}: {said} — {:?}", self.name(), form.pairs());
        answer.header("location").to_string()
    }
    /// Does an act that the page offers, on the page itself or on one linked from it; the page where one is led, which
    /// must be there.
    pub fn does(&self, page: &str, act: &str, filled: impl FnOnce(Form) -> Form) -> Answer {
        let address = format!("{}/{act}", page.trim_end_matches("/selection").trim_end_matches("/tasks"));
        let shown = self.page(page);
        assert!(shown.offers(&address), "{} is offered {act} on {page}: {}", self.name(), shown.said());
        let form = shown.forms().into_iter().find(|f| f.is_to(&address)).unwrap_or_else(|| self.page(&address).form(&address));
        let to = self.done(&filled(form));
        self.page(&to)
    }
    /// Begins a case; its address.
    pub fn begins(&self, page: &str, filled: impl FnOnce(Form) -> Form) -> String {
        let base = page.split("/new").next().unwrap_or(page);
        let to = self.done(&filled(self.page(page).form(base)));
        assert!(to.starts_with(&format!("{base}/")), "{} begins a case at {base} and comes to {to}", self.name());
        self.page(&to);
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_stands() {
        let text = "<main><form method=\"post\" action=\"/a\" novalidate><input type=\"hidden\" name=\"_csrf\" value=\"x&#34;y\">\
            <label class=\"form-check\"><input type=\"checkbox\" name=\"k\" value=\"one\" checked> <span>甲</span></label>\
            <label class=\"form-check\"><input type=\"checkbox\" name=\"k\" value=\"two\"> <span>乙</span></label>\
            <select name=\"s\"><option value=\"\">?</option><option value=\"b\" selected>B &amp; C</option></select>\
            <textarea name=\"t\">\nline &lt;b&gt;\nmore</textarea></form><form action=\"/b\"></form></main>";
        let answer = Answer { status: 200, headers: Default::default(), bytes: Vec::new(), text: text.into() };
        assert_eq!(answer.forms().len(), 2);
        let form = answer.form("/a");
        let pair = |k: &str, v: &str| (k.to_string(), v.to_string());
        assert_eq!(form.pairs(), [pair("_csrf", "x\"y"), pair("k", "one"), pair("s", "b"), pair("t", "line <b>\nmore")]);
        let form = form.only("k", &["two"]).pick("s", "B & C").put("t", "");
        assert_eq!(form.pairs(), [pair("_csrf", "x\"y"), pair("k", "two"), pair("s", "b"), pair("t", "")]);
        assert_eq!(form.pick("k", "甲").value("k"), "one two");
    }
}
