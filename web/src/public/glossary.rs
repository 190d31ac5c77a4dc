//! The glossary: how the policies' terms are said in English, and what programs call them.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::list::{Cell, Row};
use platform::paging::Page;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/glossary", Door::Public, "route-public-glossary", glossary).kept(Kept::Whole)]
}

/// 中文, English, identifier; one line holds the terms that belong together.
const TERMS: &[(&str, &str, &str)] = &[
    ("公共数据", "public data", "public_data"),
    ("公共数据资源", "public data resource", "data_resource"),
    ("公共数据资源授权运营", "authorised operation of public data", "authorised_operation"),
    ("实施机构", "implementing body", "implementing_body"),
    ("授权主体", "authorising body (pricing notice)", "authorising_body"),
    ("运营机构", "operator", "operator"),
    ("一级开发运营主体", "primary operator", "primary_operator"),
    ("二级开发运营主体", "secondary developer", "secondary_developer"),
    ("数商 / 数据商", "data vendor", "data_vendor"),
    ("数源单位", "source unit", "source_unit"),
    ("数据提供单位", "data provider unit", "provider_unit"),
    ("行业主管部门", "sector authority", "sector_authority"),
    ("数据主管部门 / 数政局", "data authority", "data_authority"),
    ("授权运营协调机制办公室", "coordination office", "coordination_office"),
    ("一体统筹、两级授权", "one coordination, two-level grant", "two_tier_model"),
    ("整体授权 / 分领域授权 / 依场景授权", "whole / by-field / by-scenario grant", "grant_mode"),
    ("一场景一授权", "one scenario, one licence", "scenario_licence"),
    ("一场景一申请", "one scenario, one application", "scenario_application"),
    ("一类场景一审定", "one review per scenario class", "scenario_class_review"),
    ("应用场景需求清单", "scenario demand list", "scenario_demand"),
    ("应用场景目录", "scenario catalogue", "scenario_catalogue"),
    ("授权运营公告", "authorisation announcement", "announcement"),
    ("公开招标 / 邀请招标 / 谈判", "open tender / invited tender / negotiation", "selection_method"),
    ("准入条件", "admission condition", "admission_condition"),
    ("综合评审", "comprehensive review", "bid_review"),
    ("评分标准", "scoring sheet", "scoring_sheet"),
    ("报备", "filing before grant", "grant_filing"),
    ("备案", "filing for record", "record_filing"),
    ("告知", "notification", "notification"),
    ("授权运营协议", "operation agreement", "agreement"),
    ("信用承诺", "credit commitment", "credit_commitment"),
    ("保密承诺函", "confidentiality letter", "confidentiality_letter"),
    ("授权期限", "licence term", "licence_term"),
    ("续期 / 续展", "renewal (licence / registration)", "renewal"),
    ("授权运营域", "operating domain", "operating_domain"),
    ("原始数据不出域", "raw data never leaves", "raw_stays"),
    ("可用不可见", "usable, not visible", "usable_not_visible"),
    ("可控可计量", "controllable and measurable", "controllable_measurable"),
    ("脱敏 / 去标识化 / 匿名化", "masking / de-identification / anonymisation", "masking, deidentification, anonymisation"),
    ("封存销毁", "sealing and destruction", "sealing, destruction"),
    ("全程记录", "full recording", "full_record"),
    ("监管溯源", "supervision and tracing", "traceability"),
    ("存证", "evidence deposit", "evidence_deposit"),
    ("最小必要", "minimum necessary", "minimum_necessary"),
    ("数据需求申请", "data request", "data_request"),
    ("数据回流", "data return to lower level", "data_return"),
    ("社会数据导入", "import of external data", "external_import"),
    ("融合计算", "joint computation", "joint_computation"),
    ("关联汇聚风险", "correlation risk", "correlation_risk"),
    ("出域审核", "export review", "export_review"),
    ("合规审核", "compliance review", "compliance_review"),
    ("可逆模型", "reversible model", "reversible_model"),
    ("数据产品和服务", "data product and service", "data_product"),
    ("数据集 / 接口 / 指标 / 报告 / 模型算法 / 应用", "dataset / API / indicator / report / model / application", "product_form"),
    ("核验服务 / 查询服务 / 画像 / 标签", "verification / query / profile / tag service", "service_kind"),
    ("产品和服务清单", "product and service list", "product_list"),
    ("上架 / 下架", "list / delist", "listing, delisting"),
    ("登记主体 / 登记机构 / 登记平台", "registrant / registry / registry platform", "registrant, registry, registry_platform"),
    ("首次 / 变更 / 更正 / 注销登记", "first / change / correction / cancellation", "registration_kind"),
    (
        "受理 / 形式审核 / 公示 / 异议 / 赋码",
        "acceptance / formal review / public notice / objection / coding",
        "acceptance, formal_review, public_notice, objection, coding",
    ),
    ("登记结果查询码", "registration query code", "registration_code"),
    ("公共治理、公益事业", "public governance and welfare", "purpose_public_good"),
    ("产业发展、行业发展", "industry development", "purpose_industry"),
    ("公共数据运营服务费", "operation service fee", "service_fee"),
    ("政府指导价", "government-guided price", "guided_price"),
    ("最高准许收入", "maximum allowed revenue", "max_allowed_revenue"),
    ("准许利润率", "allowed profit rate", "allowed_profit_rate"),
    ("上限收费标准", "fee cap", "fee_cap"),
    ("试行收费标准", "trial fee standard", "trial_fee"),
    ("成本调查", "cost survey", "cost_survey"),
    ("偏离", "deviation", "revenue_deviation"),
    ("累进阶梯计费", "progressive tiered billing", "tiered_billing"),
    ("面议", "price on request", "price_on_request"),
    ("明码标价", "marked price", "marked_price"),
    ("信息披露", "disclosure", "disclosure"),
    ("年度运营报告", "annual operation report", "annual_report"),
    ("评估 / 绩效考核", "evaluation", "evaluation"),
    ("约谈 / 提醒", "regulatory talk / reminder", "regulatory_talk"),
    ("限期整改", "rectification by deadline", "rectification"),
    ("暂停 / 终止 / 撤销", "suspension / termination / revocation", "suspension, termination, revocation"),
    ("退出机制", "exit mechanism", "exit"),
    ("应急预案 / 应急处置", "emergency plan / response", "emergency_plan"),
    ("安全主体责任", "primary security duty", "security_duty"),
    ("分类分级", "classification and grading", "classification"),
    ("核心 / 重要 / 一般数据", "core / important / general data", "data_class"),
    ("无条件 / 有条件 / 不予 共享(开放)", "unconditional / conditional / no sharing (opening)", "share_type, open_type"),
    ("数据资源目录", "resource catalogue", "resource_catalogue"),
    ("更新频率", "update cycle", "update_cycle"),
    ("等保三级 / 密评", "MLPS level 3 / crypto assessment", "mlps3, crypto_assessment"),
    ("三重一大", "major-decision procedure", "major_decision"),
    ("运商分离", "operator–developer separation", "operator_developer_separation"),
    ("收益分配", "revenue sharing", "revenue_share"),
    ("归档移交", "archive transfer", "archive_transfer"),
    ("工作日 / 调休上班日", "working day / make-up workday", "working_day, makeup_workday"),
];

/// `GET /glossary`: all of it on one page, or what holds the words.
async fn glossary(ask: Ask) -> PageResult {
    let words = ask.q("q").to_lowercase();
    let found: Vec<_> = TERMS.iter().filter(|t| [t.0, t.1, t.2].iter().any(|text| text.to_lowercase().contains(&words))).collect();
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let view = super::list(&ask, "pub-glossary", "glossary", &["zh", "en", "identifier"]).words(&ask);
    let row = |t: &&(&str, &str, &str)| Row { href: String::new(), cells: vec![Cell::text(t.0), Cell::text(t.1), Cell::text(t.2)] };
    super::whole_files(view.fill(&ask, Page::first(total.max(1)).of(found, total), row), &ask).answer(&ask)
}

#[cfg(test)]
mod tests {
    use super::TERMS;

    #[test]
    fn identifiers_are_plain_and_unique() {
        let mut seen = std::collections::HashSet::new();
        for (zh, en, identifiers) in TERMS {
            assert!(!zh.is_empty() && !en.is_empty());
            for identifier in identifiers.split(", ") {
                assert!(identifier.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{identifier}");
                assert!(seen.insert(identifier), "{identifier}");
            }
        }
    }
}
