//! What the units of the demo city do with their data: the chain, who collects what, sharing, opening, quality, bought data,
//! backflow and observers; at least one case in every state.

use super::Stage;
use super::resources::Entries;
use platform::{Id, Result};
use resources::backflow::{self, Backflow};
use resources::collection::{self, Collection};
use resources::entry::{self, Entry};
use resources::node::{self, Node};
use resources::observer::{self, Observer};
use resources::opening::{self, Opening};
use resources::opening_plan::{self, OpeningPlan};
use resources::opinion::{self, Opinion};
use resources::purchase::{self, Purchase};
use resources::quality::{self, Quality};
use resources::sharing::{self, Sharing};
use serde_json::{Value, json};

/// What must have begun long ago: observers, the chain, and a sharing that has run its term.
pub fn early(stage: &mut Stage, entries: &Entries) -> Result<()> {
    stage.day(3);
    observers(stage)?;
    chain(stage, entries)?;
    collections(stage, entries)?;
    let ended = asks(stage, "source_farm", entries, "parking", 30)?;
    supplies(stage, "source", ended)?;
    let stopped = asks(stage, "source_civil", entries, "berth", 300)?;
    supplies(stage, "source", stopped)?;
    stage.does::<Sharing>("source", stopped, sharing::Act::Stop, json!({ "reason": "核查发现数据被用于申请范围以外的商业宣传，停止共享" }))?;
    let supplied = asks(stage, "source", entries, "home", 900)?;
    supplies(stage, "source_civil", supplied)?;
    marked(stage)
}

/// The rest, in the last days of the story.
pub fn finish(stage: &mut Stage, entries: &Entries) -> Result<()> {
    stage.act(resources::sharing::end_due)?;
    stage.before_end(4);
    sharings(stage, entries)?;
    openings(stage, entries)?;
    plans(stage, entries)?;
    issues(stage, entries)?;
    purchases(stage)?;
    backflows(stage)
}

fn observers(stage: &Stage) -> Result<()> {
    for (who, times) in [("source", 2), ("source_civil", 1), ("source_farm", 1)] {
        let person = stage.who(who)?.person;
        for _ in 0..times {
            stage.opens::<Observer>(
                who,
                json!({ "person": person, "duty": "信息科科长", "phone": "0313-8000100", "email": "observer@demo.example" }),
            )?;
        }
    }
    let civil = stage.who("source_civil")?.org()?;
    let first = stage.look(|look| observer::now(look, civil))?;
    if let Some(first) = first {
        stage.does::<Observer>("source_civil", first.id, observer::Act::Relieve, json!({ "reason": "岗位调整" }))?;
    }
    let city = stage.who("source")?.org()?;
    let think = |topic: &str, subject: &str| json!({ "unit": city, "topic": topic, "subject": subject, "opinion": format!("{subject}，便于企业和市民使用。") });
    let answered = stage.opens::<Opinion>("buyer", think("opening", "建议泊位数据增加充电车位数"))?;
    stage.does::<Opinion>(
        "source",
        answered,
        opinion::Act::Answer,
        json!({ "reason": "采纳，纳入下一版数据项", "measure": "已通知停车管理平台改造" }),
    )?;
    stage.opens::<Opinion>("jia", think("gathering", "建议缩短道路停车数据的汇聚间隔"))?;
    Ok(())
}

fn chain(stage: &Stage, entries: &Entries) -> Result<()> {
    let of = |keys: &[&str]| keys.iter().filter_map(|k| entries.get(k).cloned()).collect::<Vec<_>>();
    let duty = stage.opens::<Node>(
        "source",
        json!({ "layer": "duty", "title": "机动车停车管理", "code": "ZZ-CG-012", "basis": "《城市道路管理条例》", "entries": of(&["parking", "berth", "toll"]) }),
    )?;
    let system = stage.opens::<Node>(
        "source",
        json!({ "layer": "system", "title": "智慧停车管理平台", "code": "XT-CG-003", "summary": "部署在政务云", "entries": of(&["parking", "berth", "toll"]) }),
    )?;
    let tables = [("t_parking_lot", "parking"), ("t_berth_status", "berth")];
    for (title, entry) in tables {
        let said = json!({ "layer": "table", "title": title, "code": title, "parent": system, "entries": of(&[entry]) });
        let table = stage.opens::<Node>("source", said)?;
        stage.does::<Node>("bureau", table, node::Act::Confirm, json!({}))?;
    }
    for id in [duty, system] {
        stage.does::<Node>("bureau", id, node::Act::Confirm, json!({}))?;
    }
    stage.opens::<Node>("source_civil", json!({ "layer": "duty", "title": "养老服务管理", "entries": of(&["elder", "home"]) }))?;
    let old = stage.opens::<Node>("source", json!({ "layer": "system", "title": "停车收费系统（旧）" }))?;
    stage.does::<Node>("source", old, node::Act::Retire, json!({ "reason": "系统停用，由智慧停车管理平台替代" }))?;
    Ok(())
}

fn collections(stage: &Stage, entries: &Entries) -> Result<()> {
    let line = |subject: &str, items: &[&str], entry: Option<&String>| {
        let items: Vec<Value> = items.iter().map(|i| json!({ "item": i, "manner": "digital", "cycle": "daily" })).collect();
        json!({ "subject": subject, "basis": "本单位三定规定", "office": "信息科", "items": items, "entry": entry, "rules": "按数据标准采集，采集前公告规则并取得同意" })
    };
    let confirmed =
        stage.opens::<Collection>("source", line("停车场", &["停车场编号", "名称", "地址", "总泊位数", "收费标准"], entries.get("parking")))?;
    stage.does::<Collection>("source", confirmed, collection::Act::Submit, json!({}))?;
    stage.does::<Collection>("bureau", confirmed, collection::Act::Confirm, json!({}))?;
    let submitted = stage.opens::<Collection>("source_civil", line("养老机构", &["机构名称", "床位数", "评定等级"], entries.get("home")))?;
    stage.does::<Collection>("source_civil", submitted, collection::Act::Submit, json!({}))?;
    let returned = stage.opens::<Collection>("source_farm", line("农产品批发市场", &["市场名称", "品类", "成交量"], None))?;
    stage.does::<Collection>("source_farm", returned, collection::Act::Submit, json!({}))?;
    stage.does::<Collection>("bureau", returned, collection::Act::Return, json!({ "reason": "请补充采集依据的条款" }))?;
    stage.opens::<Collection>("source_farm", line("温室大棚", &["位置", "面积"], None))?;
    let ended = stage.opens::<Collection>("source", line("报刊亭", &["位置", "经营人"], None))?;
    stage.does::<Collection>("source", ended, collection::Act::End, json!({ "reason": "职能取消" }))?;
    Ok(())
}

/// An entry kept out of authorised operation, and two that came by sharing, with and without their provider's consent.
fn marked(stage: &Stage) -> Result<()> {
    let civil = stage.who("source_civil")?.org()?;
    let said = |title: &str, level: &str, shared: Value| {
        json!({
            "title": title, "domain": "city", "summary": format!("{title}，由业务系统归集。"), "level": level, "share": "conditional",
            "share_basis": "按履职需要申请", "open": "none", "open_basis": "《数据安全法》第二十一条", "cycle": "monthly",
            "fields": [{ "name": "编号" }, { "name": "区域" }], "shared_from": shared,
        })
    };
    let published = |title: &str, level: &str, shared: Value| -> Result<Id<Entry>> {
        let id = stage.opens::<Entry>("source", said(title, level, shared))?;
        stage.does::<Entry>("source", id, entry::Act::Submit, json!({}))?;
        stage.does::<Entry>("bureau", id, entry::Act::Publish, json!({}))?;
        Ok(id)
    };
    let out = published("地下管网重点部位", "l4", Value::Null)?;
    stage.does::<Entry>("bureau", out, entry::Act::Exclude, json!({ "ground": "security", "basis": "《数据安全法》第二十一条，重要数据" }))?;
    let with = published("养老机构周边停车需求", "l2", json!(civil))?;
    stage.does::<Entry>("source_civil", with, entry::Act::Consent, json!({ "reason": "同意用于停车治理场景" }))?;
    published("社区服务网点分布", "l2", json!(civil))?;
    Ok(())
}

/// Asks another unit for an entry, for so many days.
fn asks(stage: &Stage, who: &str, entries: &Entries, entry: &str, days: i64) -> Result<Id<Sharing>> {
    let entry = entries.get(entry).cloned().unwrap_or_default();
    let row = stage.look(|look| entry::row(look, entry.parse()?))?;
    let said = row.answers();
    let first = said.0.get("fields").and_then(Value::as_array).and_then(|f| f.first()).and_then(|f| f.get("name")).cloned();
    stage.opens::<Sharing>(
        who,
        json!({
            "entry": entry, "duty": "本单位三定规定明确的管理服务职责", "purpose": "业务办理中的信息核验，减少群众重复提交材料",
            "scope": "业务科室经授权的工作人员，在本单位业务系统内使用", "items": [{ "item": first, "necessity": "核验申请事项的必要信息" }],
            "way": "interface", "until": stage.date(days), "contact": "联络员 0313-8000200", "only": "on",
        }),
    )
}

fn supplies(stage: &Stage, who: &str, id: Id<Sharing>) -> Result<()> {
    stage.does::<Sharing>(who, id, sharing::Act::Supply, json!({ "how": "经市一体化政务大数据平台以接口方式提供" })).map(drop)
}

fn sharings(stage: &Stage, entries: &Entries) -> Result<()> {
    let refuse = json!({ "reason": "含未脱敏的个人信息", "basis": "《个人信息保护法》第三十四条" });
    asks(stage, "source_civil", entries, "toll", 200)?;
    let granted = asks(stage, "source_farm", entries, "toll", 200)?;
    stage.does::<Sharing>("source", granted, sharing::Act::Grant, json!({ "withheld": "不提供收费金额", "reason": "同意按所列数据项提供" }))?;
    let refused = asks(stage, "source_civil", entries, "subsidy", 200)?;
    stage.does::<Sharing>("source_farm", refused, sharing::Act::Refuse, refuse.clone())?;
    let disputed = asks(stage, "source", entries, "elder", 200)?;
    stage.does::<Sharing>("source_civil", disputed, sharing::Act::Refuse, refuse.clone())?;
    stage.does::<Sharing>("source", disputed, sharing::Act::Dispute, json!({ "reason": "申请的是脱敏汇总数据，拒绝依据不成立" }))?;
    let upheld = asks(stage, "source_farm", entries, "elder", 200)?;
    stage.does::<Sharing>("source_civil", upheld, sharing::Act::Refuse, refuse)?;
    stage.does::<Sharing>("source_farm", upheld, sharing::Act::Dispute, json!({ "reason": "农村养老服务需要" }))?;
    stage.does::<Sharing>("bureau", upheld, sharing::Act::Uphold, json!({ "reason": "申请范围超出履职需要，维持不共享" }))?;
    let withdrawn = asks(stage, "source_civil", entries, "violation", 200)?;
    stage.does::<Sharing>("source_civil", withdrawn, sharing::Act::Withdraw, json!({}))?;
    Ok(())
}

fn openings(stage: &Stage, entries: &Entries) -> Result<()> {
    let wish = |entry: &str| json!({ "entry": entries.get(entry), "purpose": "开发便民查询服务", "contact": "华东 0313-8000000" });
    stage.opens::<Opening>("buyer", wish("berth"))?;
    let accepted = stage.opens::<Opening>("jia", wish("crop"))?;
    let yes = json!({ "open": "conditional", "open_basis": "登记用途后提供汇总数据", "reason": "同意有条件开放，可向本单位数据服务窗口申请" });
    stage.does::<Opening>("source_farm", accepted, opening::Act::Accept, yes)?;
    let refused = stage.opens::<Opening>("yi", wish("violation"))?;
    let no = json!({ "bar": "person", "basis": "开放后能够推断特定自然人", "reason": "案件记录可以关联到当事人，不予开放" });
    stage.does::<Opening>("source", refused, opening::Act::Refuse, no)?;
    let withdrawn = stage.opens::<Opening>("bing", wish("elder"))?;
    stage.does::<Opening>("bing", withdrawn, opening::Act::Withdraw, json!({}))?;
    Ok(())
}

fn plans(stage: &Stage, entries: &Entries) -> Result<()> {
    let by = stage.date(60);
    let year: i32 = stage.date(0).get(..4).and_then(|y| y.parse().ok()).unwrap_or_default();
    let plan = |year: i32, entry: &str| {
        json!({
            "year": year, "goal": "优先开放与民生紧密相关、社会需求迫切的数据", "lines": [{ "entry": entries.get(entry), "open": "unconditional", "by": by, "note": "完成脱敏后开放" }],
            "demands": "采纳停车、养老查询类开放需求", "measures": "明确责任科室，按月更新",
        })
    };
    let published = stage.opens::<OpeningPlan>("source", plan(year, "berth"))?;
    stage.does::<OpeningPlan>("source", published, opening_plan::Act::File, json!({}))?;
    stage.does::<OpeningPlan>("bureau", published, opening_plan::Act::Publish, json!({}))?;
    let filed = stage.opens::<OpeningPlan>("source_farm", plan(year, "crop"))?;
    stage.does::<OpeningPlan>("source_farm", filed, opening_plan::Act::File, json!({}))?;
    let returned = stage.opens::<OpeningPlan>("source_civil", plan(year, "home"))?;
    stage.does::<OpeningPlan>("source_civil", returned, opening_plan::Act::File, json!({}))?;
    stage.does::<OpeningPlan>("bureau", returned, opening_plan::Act::Return, json!({ "reason": "请补充社会需求的采纳情况" }))?;
    stage.opens::<OpeningPlan>("source", plan(year + 1, "toll"))?;
    Ok(())
}

fn issues(stage: &Stage, entries: &Entries) -> Result<()> {
    let wrong = |entry: &str, flaw: &str| json!({ "entry": entries.get(entry), "flaw": flaw, "item": "总泊位数", "problem": "与现场核对的结果不一致", "evidence": "现场照片和清点记录", "wanted": "更正后告知", "contact": "张弛 0313-8000000" });
    let mended = json!({ "cause": "设备更换后编码未同步", "done": "已更正并重新汇聚，同步修订校验规则", "version": "2026-2" });
    stage.opens::<Quality>("yi", wrong("parking", "accuracy"))?;
    let traced = stage.opens::<Quality>("jia", wrong("berth", "timeliness"))?;
    stage.does::<Quality>(
        "source",
        traced,
        quality::Act::Trace,
        json!({ "finding": "平台接收正常，前端设备上报延迟", "system": "泊位地磁采集系统" }),
    )?;
    let fixed = stage.opens::<Quality>("buyer", wrong("parking", "completeness"))?;
    stage.does::<Quality>("source", fixed, quality::Act::Fix, mended.clone())?;
    let explained = stage.opens::<Quality>("bing", wrong("home", "consistency"))?;
    stage.does::<Quality>("source_civil", explained, quality::Act::Explain, json!({ "reason": "床位数含在建床位，口径说明已补充到目录备注" }))?;
    let closed = stage.opens::<Quality>("source_farm", wrong("parking", "standard"))?;
    stage.does::<Quality>("source", closed, quality::Act::Fix, mended)?;
    stage.does::<Quality>("source_farm", closed, quality::Act::Confirm, json!({}))?;
    let withdrawn = stage.opens::<Quality>("yi_staff", wrong("berth", "access"))?;
    stage.does::<Quality>("yi_staff", withdrawn, quality::Act::Withdraw, json!({}))?;
    Ok(())
}

fn purchases(stage: &Stage) -> Result<()> {
    let (from, to) = (stage.date(-30), stage.date(335));
    let bought = |title: &str| {
        json!({
            "title": title, "seller": "某测绘地理信息有限公司", "contract": "HT-2026-018", "price": "128000", "from_on": from, "to_on": to, "items": "名称、类别、坐标、更新时间",
            "rights": "政府部门内部使用，不得转授权", "interface_plan": "经市一体化政务大数据平台提供查询接口", "unsuitable": "许可条款限定单点使用的部分不适宜提供接口",
        })
    };
    let files = |title: &str| stage.opens::<Purchase>("source", bought(title));
    files("卫星影像违建识别结果")?;
    let returned = files("商圈客流热力")?;
    stage.does::<Purchase>("bureau", returned, purchase::Act::Return, json!({ "reason": "请补充合同中的使用权利条款" }))?;
    for (title, act) in [
        ("兴趣点基础数据", None),
        ("道路三维街景", Some(purchase::Act::Serve)),
        ("手机信令职住分析", Some(purchase::Act::Excuse)),
        ("气象服务专报", Some(purchase::Act::End)),
    ] {
        let id = files(title)?;
        stage.does::<Purchase>("bureau", id, purchase::Act::Receive, json!({}))?;
        match act {
            Some(purchase::Act::Excuse) => {
                stage.does::<Purchase>("bureau", id, purchase::Act::Excuse, json!({ "reason": "许可条款不允许对外提供，同意不提供接口" }))?;
            }
            Some(act) => {
                stage.does::<Purchase>("source", id, purchase::Act::Serve, json!({ "address": "政务大数据平台接口目录，按部门申请" }))?;
                if act == purchase::Act::End {
                    stage.does::<Purchase>("source", id, purchase::Act::End, json!({ "reason": "服务期满不再续购" }))?;
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn backflows(stage: &Stage) -> Result<()> {
    let (from, to) = (stage.date(10), stage.date(375));
    let asks = |title: &str| {
        stage.opens::<Backflow>(
            "source_civil",
            json!({
                "title": title, "holder": "省民政厅", "items": "姓名核验结果、登记日期", "purpose": "高龄津贴资格核验", "scope": "市民政局业务系统内使用",
                "from_on": from, "to_on": to, "safety": "政务外网专区存储，专人保管，按月核查", "contact": "郑和平 0313-8000300",
            }),
        )
    };
    let forward = json!({ "to": "省数据和政务服务局", "number": "张数函〔2026〕12号", "reason": "经审核符合履职需要，报请回流" });
    asks("省级殡葬业务数据")?;
    let withdrawn = asks("省级地名数据")?;
    stage.does::<Backflow>("source_civil", withdrawn, backflow::Act::Withdraw, json!({}))?;
    for (title, steps) in [("省级婚姻登记数据", 1), ("省级社会救助数据", 2), ("省级残疾人数据", 3), ("省级社会组织数据", 4), ("省级收养登记数据", 0)]
    {
        let id = asks(title)?;
        stage.does::<Backflow>("bureau", id, backflow::Act::Forward, forward.clone())?;
        if steps == 0 {
            stage.does::<Backflow>(
                "bureau",
                id,
                backflow::Act::Refuse,
                json!({ "number": "冀数复〔2026〕9号", "reason": "涉及敏感个人信息，省级未同意" }),
            )?;
        }
        if steps > 1 {
            stage.does::<Backflow>("bureau", id, backflow::Act::Grant, json!({ "number": "冀数复〔2026〕8号", "reason": "省级同意回流" }))?;
        }
        if steps > 2 {
            stage.does::<Backflow>("source_civil", id, backflow::Act::Arrive, json!({ "how": "省市级联通道", "keeper": "信息中心 郑和平" }))?;
        }
        if steps > 3 {
            stage.does::<Backflow>("source_civil", id, backflow::Act::End, json!({ "reason": "业务办结" }))?;
        }
    }
    Ok(())
}
