//! Pages made of panels: facts, tables with buttons in their rows, and forms. Everything about accounts looks like this.

use crate::ask::Ask;
use crate::view::case::Fact;
use crate::view::chrome::Chrome;
use crate::view::form::FormView;
use crate::view::list::Cell;
use askama::Template;
use serde::Serialize;

/// A page in the staff layout.
#[derive(Template, Serialize)]
#[template(path = "page/panels.html")]
pub struct PanelsView {
    #[serde(skip)]
    pub c: Chrome,
    /// Where the link above the heading leads; empty for none.
    pub back: String,
    pub lead: String,
    pub notices: Vec<String>,
    /// Label and address of buttons beside the heading.
    pub actions: Vec<(String, String)>,
    pub panels: Vec<Panel>,
}

/// One panel; what is empty is not shown.
#[derive(Clone, Default, Serialize)]
pub struct Panel {
    pub title: String,
    pub note: String,
    pub facts: Vec<Fact>,
    pub table: Option<Rows>,
    pub links: Vec<(String, String)>,
    pub form: Option<FormView>,
}

/// A table with buttons in its rows.
#[derive(Clone, Default, Serialize)]
pub struct Rows {
    pub columns: Vec<String>,
    pub rows: Vec<Line>,
    pub empty: String,
}

#[derive(Clone, Default, Serialize)]
pub struct Line {
    #[serde(serialize_with = "raw")]
    pub cells: Vec<Cell>,
    pub links: Vec<(String, String)>,
    pub buttons: Vec<Button>,
}

/// A form that is a button only.
#[derive(Clone, Default, Serialize)]
pub struct Button {
    pub label: String,
    /// What it is about, for those who do not see the row.
    pub of: String,
    pub action: String,
    pub name: &'static str,
    pub value: String,
}

fn raw<S: serde::Serializer>(cells: &[Cell], s: S) -> Result<S::Ok, S::Error> {
    s.collect_seq(cells.iter().map(|c| c.raw.as_str()))
}

impl PanelsView {
    /// A page under the own account or the work area.
    pub fn new(c: Chrome) -> Self {
        Self { c, back: String::new(), lead: String::new(), notices: Vec::new(), actions: Vec::new(), panels: Vec::new() }
    }
    pub fn back(mut self, to: impl Into<String>) -> Self {
        self.back = to.into();
        self
    }
    pub fn lead(mut self, text: impl Into<String>) -> Self {
        self.lead = text.into();
        self
    }
    pub fn notice(mut self, text: impl Into<String>) -> Self {
        self.notices.push(text.into());
        self
    }
    pub fn action(mut self, label: impl Into<String>, to: impl Into<String>) -> Self {
        self.actions.push((label.into(), to.into()));
        self
    }
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }
    /// The page of one form.
    pub fn of_form(c: Chrome, back: impl Into<String>, lead: impl Into<String>, form: FormView) -> Self {
        Self::new(c).back(back).lead(lead).panel(Panel { form: Some(form), ..Panel::default() })
    }
}

impl Rows {
    /// A table with columns by name; labels are `col-NAME`.
    pub fn new(ask: &Ask, columns: &[&'static str], rows: Vec<Line>) -> Self {
        Self { columns: columns.iter().map(|name| ask.t(&format!("col-{name}"))).collect(), rows, empty: ask.t("list-empty") }
    }
    /// Whether a row has a button or a link, so that the table needs a column for them.
    pub fn is_acted_on(&self) -> bool {
        self.rows.iter().any(|r| !r.buttons.is_empty() || !r.links.is_empty())
    }
}
