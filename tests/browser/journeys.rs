//! Journeys through the demo city in a browser: what is public, signing in, a bid begun, the queue of reviews.

use support::City;
use support::browser::{Browser, Look, browse};
use support::demo::Demo;
use thirtyfour::prelude::*;

/// The looks in which every page must be sound: desk and telephone, 中文 and English.
fn looks() -> Vec<(&'static str, Look)> {
    let english = |look: Look| Look { language: "en", ..look };
    vec![("zh-1280", Look::default()), ("zh-320", Look::narrow()), ("en-1280", english(Look::default())), ("en-320", english(Look::narrow()))]
}

/// Signs in through the page as a person does, the one-time code typed as a second step where it is asked for.
async fn sign_in(browser: &Browser, city: &City, name: &str) -> WebDriverResult<()> {
    browser.goto(format!("{}/sign-in", city.url)).await?;
    browser.types("email", &support::city::email(name)).await?;
    browser.types("password", dajing::demo::PASSWORD).await?;
    browser.leaves(async || browser.click("main form button.btn-primary").await).await?;
    if let Some(code) = city.code(name) {
        browser.types("code", &code).await?;
        browser.sound("code").await?;
        browser.leaves(async || browser.click("main form button.btn-primary").await).await?;
    }
    browser.query(By::Css(".side-link[aria-current=page]")).first().await?;
    assert!(browser.current_url().await?.path().starts_with("/work"), "{name} comes to what waits for him");
    Ok(())
}

/// The address of the first link to a case that begins so; not to the form of a new one.
async fn link(browser: &Browser, start: &str) -> WebDriverResult<String> {
    let found = browser.query(By::Css(format!("main a[href^=\"{start}\"]:not([href$=new])"))).first().await?;
    Ok(found.prop("href").await?.unwrap_or_default())
}

#[test]
fn what_everybody_may_see() {
    let demo = Demo::start();
    for (name, look) in looks() {
        browse("public", look, async |browser| {
            for (page, address) in [
                ("home", "/"),
                ("products", "/products"),
                ("licences", "/licences"),
                ("scenarios", "/scenarios"),
                ("prices", "/prices"),
                ("verify", "/verify"),
                ("statistics", "/statistics"),
                ("open", "/open"),
                ("sign-in", "/sign-in"),
                ("sign-up", "/sign-up"),
            ] {
                browser.goto(format!("{}{address}", demo.url)).await?;
                assert_eq!(browser.find_all(By::Tag("h1")).await?.len(), 1, "{address}");
                browser.sound(&format!("{page}-{name}")).await?;
            }
            // From the catalogue to a product, from the register to a licence.
            for (page, from, start) in [("product", "/products", "/products/"), ("licence", "/licences", "/licences/")] {
                browser.goto(format!("{}{from}", demo.url)).await?;
                let to = link(browser, start).await?;
                browser.goto(to).await?;
                browser.sound(&format!("{page}-{name}")).await?;
            }
            Ok(())
        });
    }
}

#[test]
fn a_developer_begins_a_bid_and_keeps_the_draft() {
    let city = City::open();
    for (name, look, who) in [("zh-1280", Look::default(), "yi"), ("zh-320", Look::narrow(), "yi_staff")] {
        browse("bid", look, async |browser| {
            sign_in(browser, &city, who).await?;
            browser.sound(&format!("work-{name}")).await?;
            for (page, address) in
                [("bids", "/work/bids"), ("licences", "/work/licences"), ("papers", "/work/papers"), ("demand", "/work/demands/new")]
            {
                browser.goto(format!("{}{address}", city.url)).await?;
                browser.sound(&format!("{page}-{name}")).await?;
            }
            // 乙水 has begun one; its tasks, and one of their pages.
            browser.goto(format!("{}/work/bids?state=drafted", city.url)).await?;
            let draft = link(browser, "/work/bids/").await?;
            browser.goto(&draft).await?;
            browser.sound(&format!("tasks-{name}")).await?;
            browser.goto(format!("{draft}/task/plan")).await?;
            let said = format!("在授权运营域内建模,结果取整,{name}");
            browser.types("technical_plan", &said).await?;
            browser.sound(&format!("plan-{name}")).await?;
            browser.leaves(async || browser.click("main form button.btn-primary").await).await?;
            browser.goto(format!("{draft}/task/plan")).await?;
            let kept = browser.query(By::Name("technical_plan")).first().await?.value().await?;
            assert_eq!(kept.as_deref(), Some(said.as_str()));
            Ok(())
        });
    }
}

#[test]
fn a_bid_goes_on_without_scripts() {
    let city = City::open();
    browse("bid-plain", Look::plain(), async |browser| {
        sign_in(browser, &city, "yi").await?;
        browser.goto(format!("{}/work/bids?state=drafted", city.url)).await?;
        let draft = link(browser, "/work/bids/").await?;
        browser.goto(&draft).await?;
        browser.query(By::Css("a[href*='/task/']")).first().await?;
        browser.keep("tasks").await;
        Ok(())
    });
}

#[test]
fn a_reviewer_opens_the_queue_and_a_review() {
    let city = City::open();
    for (name, look, who) in [("zh-1280", Look::default(), "reviewer"), ("zh-320", Look::narrow(), "reviewer2")] {
        browse("review", look, async |browser| {
            sign_in(browser, &city, who).await?;
            browser.goto(format!("{}/work/reviews", city.url)).await?;
            browser.sound(&format!("queue-{name}")).await?;
            let case = link(browser, "/work/reviews/").await?;
            browser.goto(case).await?;
            browser.sound(&format!("case-{name}")).await?;
            // The same in the other language.
            browser.goto(format!("{}/lang/en?to=/work/reviews", city.url)).await?;
            browser.sound(&format!("queue-en-{name}")).await
        });
    }
}
