//! Approvals for the single case in the demo city: one product that came to its approval by a long way, one that waits.

use super::Stage;
use super::calls::Licences;
use super::resources::Entries;
use platform::{Id, Result, Word};
use primary::ProductForm;
use secondary::clearance::{Act, Clearance};
use secondary::product::{self, Product};
use serde_json::json;

/// A draft that uses data of level 4.
fn draft(stage: &Stage, licences: &Licences, entries: &Entries, title: &str, form: &str) -> Result<Id<Product>> {
    let licence = licences[&("jia", "farm")];
    let id = stage.opens::<Product>("jia", json!({ "licence": licence, "title": title, "form": form }))?;
    let said = json!({ "title": title, "form": form, "purpose": "industry", "summary": "按乡镇给出农业灾害风险分级，供保险机构定价参考。", "sources": [entries["loss"], entries["crop"]] });
    stage.does::<Product>("jia", id, product::Act::Save, said)?;
    Ok(id)
}

fn apply(stage: &Stage, id: Id<Product>, safeguards: &str) -> Result<Id<Clearance>> {
    stage.opens::<Clearance>(
        "jia",
        json!({ "product": id, "need": "风险分级需要以历年理赔明细训练和校验，其他数据不能替代。", "safeguards": safeguards }),
    )
}

pub fn play(stage: &mut Stage, licences: &Licences, entries: &Entries) -> Result<()> {
    // The forms that the policy lets out only with an approval; one may be all there are, and there may be none.
    let profile = stage.db.rules().profile.clone();
    let bound: Vec<&str> =
        ProductForm::TEXTS.iter().copied().filter(|form| !profile.allows(4, form) && profile.allows_on_approval(4, form)).collect();
    let Some(any) = bound.first().copied() else { return Ok(()) };
    let or_any = |form| if bound.contains(&form) { form } else { any };
    let model = draft(stage, licences, entries, "农业灾害风险分级", or_any("model"))?;
    let first = apply(stage, model, "交付模型文件")?;
    stage.does::<Clearance>("office", first, Act::Refuse, json!({ "reason": "未说明如何防止从模型反推农户理赔情况" }))?;
    let second = apply(stage, model, "按乡镇汇总后训练")?;
    stage.does::<Clearance>("jia", second, Act::Withdraw, json!({ "reason": "补充差分隐私方案后重新申请" }))?;
    let third = apply(stage, model, "按乡镇汇总后训练，参数加噪")?;
    stage.does::<Clearance>("office", third, Act::Approve, json!({ "reason": "限交付模型参数" }))?;
    stage.does::<Clearance>("office", third, Act::Revoke, json!({ "reason": "复核发现小户数乡镇存在重标识风险" }))?;
    let last = apply(stage, model, "合并不足二十户的乡镇，参数加噪，经第三方重标识测试")?;
    stage.does::<Clearance>("office", last, Act::Approve, json!({ "reason": "同意，限交付模型参数" }))?;
    let report = draft(stage, licences, entries, "农业灾害年度分析报告", or_any("report"))?;
    apply(stage, report, "只输出县区级汇总图表")?;
    Ok(())
}
