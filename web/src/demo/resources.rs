//! The catalogue of the demo city.

use super::Stage;
use platform::Result;
use resources::entry::{Act, Entry};
use serde_json::json;
use std::collections::HashMap;

/// Published entries by a short name.
pub type Entries = HashMap<&'static str, String>;

/// Short name, source, title, domain, level, sharing, opening, cycle, fields.
type Line = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const PUBLISHED: &[Line] = &[
    ("parking", "source", "停车场基本信息", "city", "l1", "unconditional", "monthly", &["停车场编号", "名称", "地址", "总泊位数", "收费标准"]),
    ("berth", "source", "泊位实时状态", "city", "l2", "unconditional", "real_time", &["泊位编号", "占用状态", "更新时间"]),
    ("toll", "source", "道路停车收费记录", "city", "l3", "conditional", "daily", &["记录编号", "路段", "驶入时间", "驶离时间", "金额"]),
    ("violation", "source", "占道停车执法记录", "city", "l3", "conditional", "weekly", &["案件编号", "路段", "时间", "处理结果"]),
    ("price", "source_farm", "农产品批发价格监测", "agriculture", "l1", "unconditional", "daily", &["品类", "市场", "价格", "日期"]),
    ("crop", "source_farm", "主要农作物种植面积", "agriculture", "l2", "unconditional", "yearly", &["作物", "乡镇", "面积", "年份"]),
    ("subsidy", "source_farm", "农业补贴发放情况", "agriculture", "l3", "conditional", "quarterly", &["补贴类别", "乡镇", "户数", "金额"]),
    ("loss", "source_farm", "农户受灾理赔明细", "agriculture", "l4", "conditional", "yearly", &["农户编号", "地块", "险种", "赔付金额"]),
    ("elder", "source_civil", "独居老人服务登记（脱敏）", "livelihood", "l3", "conditional", "monthly", &["网格", "年龄段", "服务类型", "人数"]),
    ("home", "source_civil", "养老服务机构信息", "livelihood", "l1", "unconditional", "monthly", &["机构名称", "地址", "床位数", "评定等级"]),
];

fn said((key, _, title, domain, level, share, cycle, fields): &Line) -> serde_json::Value {
    let fields: Vec<_> = fields.iter().map(|name| json!({ "name": name, "type": "文本", "meaning": name })).collect();
    let mut said = json!({
        "title": title, "domain": domain, "summary": format!("{title}，由业务系统按更新周期归集，供授权运营使用。"), "level": level,
        "share": share, "share_basis": "《河北省公共数据共享管理办法》：按场景申请",
        "open": if *level == "l1" { "unconditional" } else { "conditional" }, "open_basis": "涉及经营或个人信息，经脱敏后有条件开放",
        "cycle": cycle, "format": "数据库表", "fields": fields,
    });
    if *level == "l1" {
        said["access_url"] = json!(format!("https://opendata.example.cn/{key}.csv"));
    }
    said
}

pub fn play(stage: &mut Stage) -> Result<Entries> {
    stage.day(1);
    let mut entries = Entries::new();
    for line in PUBLISHED {
        let id = stage.opens::<Entry>(line.1, said(line))?;
        stage.does::<Entry>(line.1, id, Act::Submit, json!({}))?;
        entries.insert(line.0, id.to_string());
    }
    stage.day(2);
    for id in entries.values() {
        stage.does::<Entry>("bureau", id.parse()?, Act::Publish, json!({}))?;
    }
    // One in every other state.
    let draft = |title: &'static str| said(&("", "source", title, "city", "l2", "unconditional", "daily", &["编号", "名称"]));
    stage.opens::<Entry>("source", draft("环卫作业车辆轨迹"))?;
    let submitted = stage.opens::<Entry>("source", draft("户外广告设施台账"))?;
    stage.does::<Entry>("source", submitted, Act::Submit, json!({}))?;
    let returned = stage.opens::<Entry>("source", draft("路灯设施信息"))?;
    stage.does::<Entry>("source", returned, Act::Submit, json!({}))?;
    stage.does::<Entry>("bureau", returned, Act::Return, json!({ "reason": "请补充数据项说明和更新周期依据" }))?;
    let withdrawn = stage.opens::<Entry>("source", draft("共享单车停放点（旧）"))?;
    stage.does::<Entry>("source", withdrawn, Act::Submit, json!({}))?;
    stage.does::<Entry>("bureau", withdrawn, Act::Publish, json!({}))?;
    stage.does::<Entry>("source", withdrawn, Act::Withdraw, json!({ "reason": "数据源停用，由新目录替代" }))?;
    Ok(entries)
}
