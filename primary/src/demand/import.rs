//! Lists of demands and scenarios that were collected elsewhere, read and looked at before anything is saved.

use super::{Act, Demand, LISTED, insert, must_be_desk};
use crate::{ProductForm, Purpose};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Tx, Word};
use resources::import::{Preview, PreviewRow};
use resources::table;

/// Labels of lists of scenarios: the field of a demand, the field of a class, the labels.
const LABELS: &[(&str, &str, &[&str])] = &[
    ("title", "title", &["scenario", "scenario name", "title", "name", "应用场景", "应用场景名称", "场景", "场景名称", "需求名称", "名称"]),
    ("domain", "domain", &["domain", "field", "领域", "应用领域", "所属领域", "行业领域", "行业"]),
    ("purpose", "purpose", &["purpose", "direction", "用途", "用途类别", "用途分类", "应用方向", "场景类型", "使用目的"]),
    ("product_forms", "product_forms", &["service methods", "product forms", "forms", "服务方式", "产品形式", "产品形态", "服务形式", "提供方式"]),
    ("category", "description", &["category", "class", "一类场景", "场景类别", "类别"]),
    ("unit", "description", &["unit", "demand unit", "需求单位", "提出单位", "申报单位"]),
    (
        "problem",
        "resources",
        &["resource", "resources", "department", "departments", "数据资源", "所需数据", "数据需求", "数据来源部门", "来源部门", "数源单位"],
    ),
    ("problem", "description", &["problem", "description", "场景描述", "场景说明", "需求描述", "存在问题", "需求背景", "说明", "备注", "remark"]),
    ("expected_result", "description", &["products", "expected result", "services", "预期成果", "产品和服务", "预期产品", "产品服务", "数据产品"]),
    ("contact", "description", &["contact", "联系人", "联系方式", "联系电话"]),
];

/// The field that a column fills, for a demand or for a class.
fn column(header: &str, of_class: bool) -> Option<&'static str> {
    let header = table::label(header);
    LABELS.iter().find(|(_, _, labels)| labels.iter().any(|l| table::label(l) == header)).map(|(d, c, _)| if of_class { *c } else { *d })
}

fn purpose_of(cell: &str) -> Option<Purpose> {
    Purpose::of(cell).or_else(|| {
        let (good, trade) = (cell.contains("公共治理") || cell.contains("公益"), cell.contains("产业") || cell.contains("行业"));
        // A line that names both is for people to decide.
        (good != trade).then_some(if good { Purpose::PublicGood } else { Purpose::Industry })
    })
}

fn form_of(cell: &str) -> &str {
    let form = match cell {
        "数据集" | "数据包" | "文件" => ProductForm::Dataset,
        "接口" | "数据接口" | "API" | "api" => ProductForm::Interface,
        "指标" | "数据指标" => ProductForm::Indicator,
        "报告" | "数据报告" => ProductForm::Report,
        "模型" | "算法" | "模型算法" | "模型/算法" | "数据模型" | "数据模型算法" => ProductForm::Model,
        "应用" | "数据应用" | "系统" => ProductForm::Application,
        other => return other,
    };
    form.as_str()
}

/// Reads a list of scenarios, CSV or XLSX, for a sheet that has the fields of [`LABELS`]. Saves nothing.
pub(crate) fn read_list(bytes: &[u8], name: &str, sheet: &Sheet, of_class: bool, defaults: &Answers) -> Result<Preview> {
    let table = table::read(bytes, |l| column(l, of_class).is_some())?;
    let columns: Vec<Option<&'static str>> = table.header.iter().map(|h| column(h, of_class)).collect();
    if !columns.contains(&Some("title")) {
        return Err(Refusal::fault("file", "no-title-column"));
    }
    let mut first = std::collections::HashMap::new();
    let mut rows = Vec::with_capacity(table.rows.len());
    for line in &table.rows {
        let mut a = Answers::default();
        for ((field, header), cell) in columns.iter().zip(&table.header).zip(&line.cells).filter(|(_, cell)| !cell.is_empty()) {
            match *field {
                Some("domain") => a.set("domain", resources::import::domain(cell).map_or(cell.as_str(), |w| w.as_str())),
                Some("purpose") => a.set("purpose", purpose_of(cell).map_or(cell.as_str(), |w| w.as_str())),
                Some("product_forms") => {
                    let forms: Vec<&str> = cell.split(['|', '、', ',', '，', ';', '；']).map(|f| form_of(f.trim())).collect();
                    a.set("product_forms", forms);
                }
                Some(field @ ("problem" | "description" | "resources" | "expected_result")) => {
                    let before = a.text(field);
                    let text = if before.is_empty() { format!("{header}：{cell}") } else { format!("{before}\n{header}：{cell}") };
                    a.set(field, text);
                }
                Some(field) => a.set(field, cell.replace('\n', " ")),
                None => {}
            }
        }
        for (field, value) in &defaults.0 {
            if a.given(field).is_none() {
                a.0.insert(field.clone(), value.clone());
            }
        }
        let mut faults = sheet.faults(&a);
        let title = a.text("title").to_string();
        if let Some(before) = first.get(&title) {
            faults.push(Fault::at("title", "title-repeated").with("line", before));
        } else if !title.is_empty() {
            first.insert(title, line.number);
        }
        let answers = if faults.is_empty() { sheet.settle(&a)? } else { a };
        rows.push(PreviewRow { line: line.number, answers, faults });
    }
    let named = |known: bool| table.header.iter().zip(&columns).filter(move |(h, f)| f.is_some() == known && !h.is_empty());
    Ok(Preview {
        name: platform::file::clean_name(name),
        recognised: named(true).map(|(h, f)| (h.clone(), f.unwrap_or_default().to_string())).collect(),
        unknown: named(false).map(|(h, _)| h.clone()).collect(),
        faulty: rows.iter().filter(|r| !r.faults.is_empty()).count(),
        rows,
    })
}

/// The rows settled, or every fault with its row's place: `rows[3].title`.
pub(crate) fn settle_list(sheet: &Sheet, rows: &[Answers]) -> Result<Vec<Answers>> {
    if rows.is_empty() {
        return Err(Refusal::fault("rows", "required"));
    }
    if rows.len() > table::MOST_ROWS {
        return Err(Refusal::Faulty(vec![Fault::at("rows", "too-many-rows").with("max", table::MOST_ROWS)]));
    }
    let faults: Vec<Fault> = rows
        .iter()
        .enumerate()
        .flat_map(|(at, row)| sheet.faults(row).into_iter().map(move |f| Fault { field: format!("rows[{at}].{}", f.field), ..f }))
        .collect();
    if faults.is_empty() { rows.iter().map(|r| sheet.settle(r)).collect() } else { Err(Refusal::Faulty(faults)) }
}

/// Reads a list of demands that was collected elsewhere and says what is wrong with it. Saves nothing.
pub fn preview(_: &mut Look, who: &Caller, bytes: &[u8], name: &str, defaults: &Answers) -> Result<Preview> {
    must_be_desk(who)?;
    read_list(bytes, name, &LISTED, false, defaults)
}

/// Enters every demand of a list, or none.
pub fn save(tx: &mut Tx, who: &Caller, rows: &[Answers]) -> Result<Vec<Id<Demand>>> {
    must_be_desk(who)?;
    settle_list(&LISTED, rows)?.iter().map(|a| insert(tx, who, Act::Import, a)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_scenarios_are_understood() {
        let csv = "domain,scenario_no,scenario,purpose,service_methods\n医疗健康,1,公共卫生服务,公共治理、公益事业,接口|模型\n金融服务,2,普惠金融,产业发展、行业发展,数据集\n金融服务,3,普惠金融,都行,别的\n";
        let preview = read_list(csv.as_bytes(), "场景.csv", &LISTED, false, &Answers::default()).unwrap();
        assert_eq!(preview.unknown, ["scenario_no"]);
        assert_eq!(preview.recognised.iter().map(|r| r.1.as_str()).collect::<Vec<_>>(), ["domain", "title", "purpose", "product_forms"]);
        let a = &preview.rows[0].answers;
        assert_eq!(
            (a.text("domain"), a.text("purpose"), a.list("product_forms")),
            ("health", "public_good", vec!["interface".into(), "model".into()])
        );
        assert_eq!(preview.rows[1].answers.text("purpose"), "industry");
        let codes: Vec<&str> = preview.rows[2].faults.iter().map(|f| f.code).collect();
        assert_eq!((preview.faulty, codes), (1, vec!["not-a-choice", "not-a-choice", "title-repeated"]));
    }

    #[test]
    fn a_purpose_is_not_guessed() {
        assert_eq!(purpose_of("公共治理与产业发展"), None);
        assert_eq!(purpose_of("其他"), None);
        assert_eq!(purpose_of("industry"), Some(Purpose::Industry));
    }
}
