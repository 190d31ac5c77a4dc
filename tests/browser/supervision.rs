//! What keeps the city honest, clicked through as each of the people: data asked for between units, an order to mend, a
//! year's evaluation, the operator's report, and the end of a licence up to the archive.

use crate::people::{Life, beginning, id};
use chrono::Duration;
use support::City;
use support::browser::{Look, browse};
use thirtyfour::prelude::*;

/// Tells one of the stories in a city of its own.
fn told(story: &'static str, tell: impl AsyncFnOnce(&Life<'_>) -> WebDriverResult<()>) {
    let city = City::open_at(beginning());
    browse(story, Look { height: 1600, ..Look::default() }, async |browser| tell(&Life { browser, city: &city }).await);
}

#[test]
fn data_is_asked_for_and_disputed() {
    told("sharing", async |life| {
        let asked = request(life, "source_civil", "占道停车执法记录", &["路段", "时间"]).await?;
        life.is("source").await?;
        life.shows("/work/sharings?state=asked").await?;
        life.sound("list").await?;
        life.shows(&asked).await?;
        life.sound("provider").await?;
        life.does(&asked, "grant", &[("withheld", "不提供案件编号"), ("reason", "同意按所列数据项提供")]).await?;
        life.says("不提供案件编号").await?;
        life.does(&asked, "supply", &[("how", "经市一体化政务大数据平台以接口方式提供")]).await?;
        life.is("source_civil").await?;
        life.shows(&asked).await?;
        life.says("接口方式提供").await?;
        life.sound("supplied").await?;
        life.in_english("supplied").await?;
        // Nobody answers: the bureau is told, and then it is refused all the same.
        let silent = request(life, "source", "农业补贴发放情况", &["乡镇", "户数"]).await?;
        life.city.passes(Duration::days(9));
        life.is("source_farm").await?;
        life.sound("work-late").await?;
        life.shows(&silent).await?;
        life.says("已逾期").await?;
        life.sound("late").await?;
        life.does(&silent, "refuse", &[("reason", "含未脱敏的个人信息"), ("basis", "《个人信息保护法》第三十四条")]).await?;
        life.is("source").await?;
        life.shows(&silent).await?;
        life.says("第三十四条").await?;
        life.sound("refused").await?;
        life.does(&silent, "dispute", &[("reason", "申请的是按乡镇汇总的户数，不含个人信息")]).await?;
        life.is("bureau").await?;
        life.sound("work-bureau").await?;
        life.shows(&silent).await?;
        life.sound("disputed").await?;
        life.in_english("disputed").await?;
        life.does(&silent, "order", &[("reason", "汇总数据不含个人信息，拒绝依据不成立，五个工作日内提供")]).await?;
        life.is("source_farm").await?;
        life.does(&silent, "supply", &[("how", "按乡镇汇总后以文件方式提供")]).await?;
        life.says("已提供").await
    });
}

/// A request of a unit that finds the data in the catalogue; gives its case.
async fn request(life: &Life<'_>, who: &str, entry: &str, items: &[&str]) -> WebDriverResult<String> {
    life.is(who).await?;
    life.shows(&format!("/resources?q={entry}")).await?;
    life.follow("/resources/").await?;
    life.sound(&format!("resource-{who}")).await?;
    life.follow("/work/entries/").await?;
    life.sound(&format!("entry-{who}")).await?;
    life.leaves(async || life.reach("main a[href^=\"/work/sharings/new\"]").await).await?;
    let (until, rows) = (life.day(200), life.find_all(By::Css("[data-row]")).await?.len());
    let said = [
        ("duty", "《机动车停车管理条例》规定的管理服务职责"),
        ("purpose", "业务办理中核验信息，减少群众重复提交材料"),
        ("scope", "业务科室经授权的工作人员，在本单位业务系统内使用"),
        ("until", until.as_str()),
        ("contact", "联络员 0313-8000200"),
    ];
    life.fill(&said).await?;
    life.put("way", "interface").await?;
    life.tick("only", "on").await?;
    life.press("/work/sharings").await?;
    // Every item of the entry stood there, and each needs its reason: those that are not needed go.
    life.sound(&format!("request-refused-{who}")).await?;
    for n in 0..rows {
        let item = if n < items.len() { (items[n], "核验申请事项的必要信息") } else { ("", "") };
        life.put(&format!("items[{n}].item"), item.0).await?;
        life.put(&format!("items[{n}].necessity"), item.1).await?;
    }
    life.press("/work/sharings").await?;
    let case = life.here().await?;
    life.sound(&format!("request-{who}")).await?;
    Ok(case)
}

#[test]
fn an_order_to_mend_is_kept() {
    told("mending", async |life| {
        life.is("office").await?;
        let licence = licence_of(life, "乙水智慧城市有限公司").await?;
        assert_eq!(closed(life).await?, 0);
        life.sound("licence-before").await?;
        life.leaves(async || life.reach("main a[href^=\"/work/rectifications/new\"]").await).await?;
        let due = life.day(21);
        life.fill(&[("finding", "部分接口的调用日志缺失两天"), ("measures", "补全日志，启用自动核对"), ("due_on", &due)]).await?;
        life.tick("closes", "submit").await?;
        life.tick("closes", "list").await?;
        life.sound("order-new").await?;
        life.press("/work/rectifications").await?;
        let order = life.here().await?;
        life.says("提交数据产品").await?;
        life.sound("order").await?;
        life.is("yi").await?;
        life.sound("work-holder").await?;
        life.shows(&licence).await?;
        assert_eq!(closed(life).await?, 5, "all that may be done under the licence");
        life.sound("licence-closed").await?;
        life.in_english("licence-closed").await?;
        life.leaves(async || life.reach(&format!("main a[href=\"{order}\"]")).await).await?;
        life.sound("order-holder").await?;
        let file = life.paper("整改报告.pdf");
        life.does(&order, "prove", &[("done", "已补全日志"), ("files", &file)]).await?;
        life.says("整改报告.pdf").await?;
        life.sound("proved").await?;
        life.is("office").await?;
        life.shows(&order).await?;
        life.sound("proved-office").await?;
        let later = life.day(30);
        life.does(&order, "send_back", &[("reason", "仍缺三天日志，请补充"), ("due_on", &later)]).await?;
        life.says(&later).await?;
        life.is("yi").await?;
        life.shows(&order).await?;
        life.says("仍缺三天日志").await?;
        life.sound("sent-back").await?;
        life.does(&order, "prove", &[("done", "三天日志已从备份恢复，自动核对已启用"), ("files", &file)]).await?;
        life.is("office").await?;
        life.does(&order, "verify", &[("check", "日志齐全，自动核对有效，同意恢复权限")]).await?;
        life.sound("verified").await?;
        life.in_english("verified").await?;
        life.is("yi").await?;
        life.shows(&licence).await?;
        assert_eq!(closed(life).await?, 0, "every permission is open again");
        life.sound("licence-open").await
    });
}

/// How many permissions of the licence shown are closed.
async fn closed(life: &Life<'_>) -> WebDriverResult<usize> {
    Ok(life.find_all(By::XPath("//main//td//span[normalize-space()='关闭']")).await?.len())
}

/// The page of a holder's licence for parking, as whoever oversees comes to it.
async fn licence_of(life: &Life<'_>, holder: &str) -> WebDriverResult<String> {
    life.shows("/work/licences?q=城市停车治理&state=in_force").await?;
    let row = format!("//main//tr[contains(., '{holder}')]//a[starts-with(@href, '/work/licences/')]");
    life.leaves(async || life.query(By::XPath(row)).first().await?.click().await).await?;
    life.here().await
}

#[test]
fn a_year_is_evaluated() {
    told("evaluation", async |life| {
        life.is("bureau").await?;
        life.shows("/work/evaluation-schemes/new").await?;
        life.sound("scheme-new").await?;
        // Last year's indicators stand there; the weights no longer sum to 100.
        life.fill(&[("year", "2026"), ("title", "2026 年度评估指标（二次修订）"), ("items[0].weight", "35")]).await?;
        life.press("/work/evaluation-schemes").await?;
        life.says("105").await?;
        life.sound("scheme-refused").await?;
        life.put("items[3].weight", "15").await?;
        life.press("/work/evaluation-schemes").await?;
        let scheme = life.here().await?;
        life.sound("scheme").await?;
        life.is("office").await?;
        life.shows(&scheme).await?;
        life.sound("scheme-office").await?;
        life.does(&scheme, "adopt", &[]).await?;
        life.says("已审定").await?;
        life.in_english("scheme").await?;
        life.shows("/work/evaluations/new").await?;
        life.put("scheme", id(&scheme)).await?;
        life.pick("holder", "大境门数据运营有限公司").await?;
        for name in ["韩立群", "孙维"] {
            let label = format!("//label[contains(., '{name}')]//input[@name='assessors']");
            life.query(By::XPath(label)).first().await?.click().await?;
        }
        life.sound("open").await?;
        life.press("/work/evaluations").await?;
        let case = life.here().await?;
        life.sound("opened").await?;
        life.is("legal").await?;
        life.shows(&case).await?;
        life.sound("own").await?;
        life.turn_to("self_score").await?;
        points(life, 95, "evidence").await?;
        life.put("statement", "本年度未发生数据安全事件").await?;
        life.tick("truthful", "on").await?;
        life.sound("self-score").await?;
        life.press(&format!("{case}/self_score")).await?;
        life.sound("own-scored").await?;
        for (who, points_each) in [("expert", 88), ("regulator", 90)] {
            life.is(who).await?;
            life.sound(&format!("work-{who}")).await?;
            life.shows(&case).await?;
            life.sound(&format!("seat-{who}")).await?;
            assert!(!life.main().await?.contains("expert 的意见"), "the other's points are not to be read");
            life.turn_to("score").await?;
            points(life, points_each, "remark").await?;
            life.put("opinion", &format!("{who} 的意见")).await?;
            life.tick("independent", "on").await?;
            life.sound(&format!("score-{who}")).await?;
            life.press(&format!("{case}/score")).await?;
            life.sound(&format!("scored-{who}")).await?;
        }
        life.is("office").await?;
        life.does(&case, "notice", &[]).await?;
        life.says("89.00").await?;
        life.sound("noticed").await?;
        life.is("legal").await?;
        life.shows(&case).await?;
        life.sound("own-noticed").await?;
        life.in_english("own-noticed").await?;
        life.city.passes(Duration::days(10));
        life.is("office").await?;
        life.does(&case, "publish", &[]).await?;
        life.sound("published").await?;
        life.delete_all_cookies().await?;
        life.shows("/evaluations").await?;
        life.sound("public-list").await?;
        life.shows(&format!("/evaluations/{}", id(&case))).await?;
        life.says("89.00").await?;
        life.sound("public").await?;
        life.in_english("public").await
    });
}

/// The same points for every indicator, each with a word to it.
async fn points(life: &Life<'_>, each: i64, word: &str) -> WebDriverResult<()> {
    for n in 0..4 {
        life.put(&format!("items[{n}].points"), &each.to_string()).await?;
        life.put(&format!("items[{n}].{word}"), "见佐证材料和办理记录").await?;
    }
    Ok(())
}

#[test]
fn the_operator_reports_its_year() {
    told("report", async |life| {
        // What is owed is known before anybody writes; one year is in, with the rows that its figures count.
        life.is("legal").await?;
        life.shows("/work/reports/due").await?;
        life.sound("due").await?;
        life.shows("/work/reports?state=accepted").await?;
        life.follow("/work/reports/0").await?;
        life.sound("last").await?;
        let last = life.here().await?;
        life.follow(&format!("{last}/figures/")).await?;
        life.sound("figure").await?;
        life.shows("/work/reports/new").await?;
        life.pick("kind", "年度运营报告").await?;
        life.put("year", "2024").await?;
        life.sound("new").await?;
        life.press("/work/reports").await?;
        let report = life.here().await?;
        life.sound("drafted").await?;
        life.turn_to("write").await?;
        for head in ["storage", "processing", "analysis", "security", "scenario"] {
            life.put(head, "制度健全，按级别分区存储，操作全程留痕。").await?;
        }
        life.sound("texts").await?;
        life.press(&format!("{report}/write")).await?;
        // One head is still without a word: said when it is offered, not before.
        life.does(&report, "offer", &[]).await?;
        life.sound("offer-refused").await?;
        life.does(&report, "write", &[("market", "在架产品均经合规审核和价格备案。")]).await?;
        life.does(&report, "offer", &[]).await?;
        life.says("待签发").await?;
        life.sound("offered").await?;
        life.is("legal2").await?;
        life.shows(&report).await?;
        life.sound("to-sign").await?;
        life.does(&report, "sign_off", &[("_password", dajing::demo::PASSWORD)]).await?;
        life.is("legal").await?;
        life.does(&report, "submit", &[]).await?;
        life.sound("submitted").await?;
        life.is("bureau").await?;
        life.shows("/work/reports").await?;
        life.sound("list").await?;
        life.shows(&report).await?;
        life.sound("bureau").await?;
        life.does(&report, "accept", &[("reason", "材料齐全")]).await?;
        life.says("已接收").await?;
        life.in_english("accepted").await?;
        life.shows(&format!("{report}/print")).await?;
        life.says("制度健全").await?;
        life.sound("print").await?;
        life.in_english("print").await
    });
}

#[test]
fn a_licence_ends_and_is_archived() {
    told("ending", async |life| {
        life.is("legal").await?;
        let licence = licence_of(life, "乙水智慧城市有限公司").await?;
        life.leaves(async || life.reach("main a[href^=\"/work/terminations/new\"]").await).await?;
        life.put("ground", "breach").await?;
        life.put("reason", "违反协议约定，将中间结果用于其他项目").await?;
        life.sound("propose").await?;
        life.press("/work/terminations").await?;
        let case = life.here().await?;
        life.is("yi").await?;
        life.shows(&case).await?;
        life.sound("proposed").await?;
        life.does(&case, "answer", &[("statement", "情况属实，接受处理。")]).await?;
        life.is("office").await?;
        life.shows(&case).await?;
        life.sound("heard").await?;
        life.does(&case, "end", &[("reason", "事实清楚，决定终止"), ("_password", dajing::demo::PASSWORD)]).await?;
        life.sound("ended").await?;
        life.in_english("ended").await?;
        life.is("yi").await?;
        life.sound("work-holder").await?;
        life.shows(&licence).await?;
        life.says("已终止").await?;
        life.sound("licence-ended").await?;
        life.follow("/work/destructions/").await?;
        let order = life.here().await?;
        life.sound("order").await?;
        life.city.passes(Duration::minutes(30));
        destroyed(life, &order).await?;
        life.is("legal2").await?;
        life.shows(&order).await?;
        life.sound("to-verify").await?;
        life.does(&order, "certify", &[("reason", "经现场核对，清单与实际一致"), ("_password", dajing::demo::PASSWORD)]).await?;
        life.sound("certified").await?;
        life.in_english("certified").await?;
        life.follow(&format!("{order}/certificate")).await?;
        life.sound("certificate").await?;
        let number = life.query(By::Css(".letter-no")).first().await?.text().await?;
        life.is("legal").await?;
        life.shows(&order).await?;
        life.follow("/work/archives/").await?;
        let kept = life.here().await?;
        life.sound("archive").await?;
        let receipt = life.paper("档案接收凭证.pdf");
        life.does(&kept, "hand_over", &[("receiver", "市档案馆"), ("receipt", "档接〔2026〕21号"), ("files", &receipt)]).await?;
        life.says("市档案馆").await?;
        life.sound("archived").await?;
        life.in_english("archived").await?;
        // Whoever has the certificate in hand checks it by its number.
        life.delete_all_cookies().await?;
        life.shows("/verify").await?;
        life.put("number", &number).await?;
        life.leaves(async || life.reach("main form button.btn-primary").await).await?;
        life.says(&number).await?;
        life.sound("verify").await?;
        life.shows(&format!("/licences/{}", id(&licence))).await?;
        life.sound("public-licence").await
    });
}

/// The record of a destruction; the same person cannot both do it and watch it.
async fn destroyed(life: &Life<'_>, order: &str) -> WebDriverResult<()> {
    life.shows(&format!("{order}/record")).await?;
    // A row for each of the three resources stands there, and room for one more.
    for n in 0..3 {
        life.put(&format!("items[{n}].place"), "授权运营域 2 号空间").await?;
        life.put(&format!("items[{n}].medium"), "对象存储").await?;
        life.put(&format!("items[{n}].method"), "crypto_erase").await?;
    }
    let (started, finished, manifest) = (life.time(-20), life.time(-10), life.paper("销毁清单.pdf"));
    let said = [("operator", "孔繁"), ("witness", "孔繁"), ("started", &started), ("finished", &finished), ("manifest", &manifest)];
    life.fill(&said).await?;
    life.tick("irreversible", "on").await?;
    life.sound("record").await?;
    life.press(&format!("{order}/record")).await?;
    life.query(By::Css("#witness-error")).first().await?;
    life.sound("record-refused").await?;
    life.put("witness", "严谨").await?;
    life.press(&format!("{order}/record")).await?;
    life.says("销毁清单.pdf").await?;
    life.sound("recorded").await
}
