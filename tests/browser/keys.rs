//! Without a mouse, and with two tabs open: the keyboard reaches everything, and a page that is out of date says so.

use support::City;
use support::browser::{Browser, Look, browse};
use thirtyfour::prelude::*;

/// Presses a key.
async fn key(browser: &Browser, key: Key) -> WebDriverResult<()> {
    browser.action_chain().send_keys(key).perform().await
}

/// Types where the focus is.
async fn writes(browser: &Browser, text: &str) -> WebDriverResult<()> {
    browser.active_element().await?.send_keys(text).await
}

/// Presses Tab until the focus is on what the selector names, which must be seen to have it.
async fn tab_to(browser: &Browser, selector: &str) -> WebDriverResult<()> {
    for _ in 0..250 {
        key(browser, Key::Tab).await?;
        let script = "const e = document.activeElement; if (!e.matches(arguments[0])) return null; \
            const s = getComputedStyle(e); const r = e.getBoundingClientRect(); \
            return [s.outlineStyle !== 'none' || s.boxShadow !== 'none', r.bottom > 0 && r.top < innerHeight]";
        let seen: Option<(bool, bool)> = browser.execute(script, vec![selector.into()]).await?.convert()?;
        if let Some(mut seen) = seen {
            // A page that scrolls there takes a moment.
            for _ in 0..20 {
                if seen != (true, true) {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    seen = browser.execute(script, vec![selector.into()]).await?.convert()?;
                }
            }
            assert_eq!(seen, (true, true), "the focus is seen, and in the window, on {selector}");
            return Ok(());
        }
    }
    panic!("Tab does not reach {selector} on {}", browser.path().await?);
}

/// Enter on what has the focus, and the page that follows.
async fn enter(browser: &Browser) -> WebDriverResult<()> {
    browser.leaves(async || key(browser, Key::Enter).await).await
}

#[test]
fn a_bid_is_written_with_keys_alone() {
    let city = City::open();
    browse("keys", Look::default(), async |browser| {
        browser.goto(format!("{}/sign-in", city.url)).await?;
        // The first Tab leads past the menu.
        key(browser, Key::Tab).await?;
        assert_eq!(browser.active_element().await?.attr("href").await?.as_deref(), Some("#main"));
        key(browser, Key::Enter).await?;
        tab_to(browser, "#email").await?;
        writes(browser, &support::city::email("yi")).await?;
        tab_to(browser, "#password").await?;
        writes(browser, dajing::demo::PASSWORD).await?;
        enter(browser).await?;
        assert_eq!(browser.path().await?, "/work");
        tab_to(browser, ".side-link[href='/work/bids']").await?;
        enter(browser).await?;
        // The list's own filter, by keys.
        tab_to(browser, "select[name=state]").await?;
        writes(browser, "草").await?;
        tab_to(browser, "main form button").await?;
        enter(browser).await?;
        tab_to(browser, "main a[href^='/work/bids/']:not([href$=new])").await?;
        enter(browser).await?;
        browser.sound("tasks").await?;
        tab_to(browser, "a[href*='/task/plan']").await?;
        enter(browser).await?;
        tab_to(browser, "[name=technical_plan]").await?;
        writes(browser, "只用键盘写的方案").await?;
        tab_to(browser, "input[name=forms]").await?;
        let before = browser.active_element().await?.is_selected().await?;
        browser.action_chain().send_keys(" ").perform().await?;
        assert_ne!(browser.active_element().await?.is_selected().await?, before, "the space bar ticks");
        browser.keep("plan").await;
        tab_to(browser, "button[name=go][value=later]").await?;
        enter(browser).await?;
        tab_to(browser, "a[href*='/task/plan']").await?;
        enter(browser).await?;
        let kept = browser.query(By::Name("technical_plan")).first().await?.value().await?.unwrap_or_default();
        assert!(kept.contains("只用键盘写的方案"), "{kept}");
        Ok(())
    });
}

#[test]
fn the_second_of_two_tabs_is_told_that_the_case_moved_on() {
    let city = City::open();
    browse("tabs", Look::default(), async |browser| {
        browser.goto(format!("{}/demo", city.url)).await?;
        let button = format!("form[action=\"/demo\"]:has(input[value=\"{}\"]) button", support::city::email("source"));
        browser.leaves(async || browser.reach(&button).await).await?;
        browser.goto(format!("{}/work/entries?state=drafted", city.url)).await?;
        browser.leaves(async || browser.reach("main tbody a[href^='/work/entries/']").await).await?;
        let entry = browser.path().await?;
        let first = browser.window().await?;
        let second = browser.new_tab().await?;
        browser.switch_to_window(second.clone()).await?;
        browser.goto(format!("{}{entry}", city.url)).await?;
        browser.switch_to_window(first).await?;
        browser.press(&format!("{entry}/submit")).await?;
        let length = city.log_length();
        browser.switch_to_window(second).await?;
        browser.press(&format!("{entry}/submit")).await?;
        let said = browser.main().await?;
        assert!(said.contains("当前状态下不能办理这一步") || said.contains("已被他人办理"), "{said}");
        assert_eq!(city.log_length(), length, "nothing is done twice");
        browser.keep("moved-on").await;
        assert_eq!(browser.barriers().await?, Vec::<String>::new());
        assert_eq!(browser.overhang().await?, 0);
        // From there a way leads back to the case as it stands now.
        browser.goto(format!("{}{entry}", city.url)).await?;
        assert!(browser.find_all(By::Css(format!("form[action=\"{entry}/submit\"]"))).await?.is_empty());
        Ok(())
    });
}

/// Everything in everybody's menu, and the first case of each list, on a small telephone.
#[test]
fn staff_pages_fit_a_telephone() {
    let city = City::open();
    browse("telephone", Look::narrow(), async |browser| {
        let mut seen = std::collections::BTreeSet::new();
        for name in
            ["desk", "legal", "reviewer", "finance", "office", "bureau", "source", "expert", "yi", "auditor", "system_admin", "security_admin"]
        {
            browser.goto(format!("{}/demo", city.url)).await?;
            let button = format!("form[action=\"/demo\"]:has(input[value=\"{}\"]) button", support::city::email(name));
            browser.leaves(async || browser.reach(&button).await).await?;
            let script = "return [...document.querySelectorAll('.side-link')].map(a => a.getAttribute('href'))";
            let menu: Vec<String> = browser.execute(script, vec![]).await?.convert()?;
            assert!(menu.len() > 2, "{name} has a menu: {menu:?}");
            for path in menu.into_iter().chain(["/account".to_string()]) {
                browser.goto(format!("{}{path}", city.url)).await?;
                check(browser, &mut seen, name, &path).await?;
                let script = "const start = arguments[0]; return [...document.querySelectorAll('main a')].map(a => a.getAttribute('href') ?? '') \
                    .find(h => h.startsWith(start + '/') && h.length >= start.length + 37) ?? null";
                let case: Option<String> = browser.execute(script, vec![path.clone().into()]).await?.convert()?;
                if let Some(case) = case {
                    browser.goto(format!("{}{case}", city.url)).await?;
                    check(browser, &mut seen, name, &format!("{path}/case")).await?;
                }
            }
        }
        assert!(seen.len() > 40, "{seen:?}");
        Ok(())
    });
}

/// No sideways scroll whoever looks; all gates the first time.
async fn check(browser: &Browser, seen: &mut std::collections::BTreeSet<String>, name: &str, page: &str) -> WebDriverResult<()> {
    if seen.insert(page.to_string()) {
        return browser.sound(&format!("{name}{}", page.replace('/', "-"))).await;
    }
    let overhang = browser.overhang().await?;
    assert_eq!(overhang, 0, "{name} {page} is {overhang} points too wide");
    Ok(())
}
