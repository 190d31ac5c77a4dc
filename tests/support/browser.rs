//! A browser for the stories: Debian's Chromium through its chromedriver, with the gates that every page must pass.

use crate::demo::{end, follow, wait_for};
use crate::place::Folder;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};

/// Axe-core, see `tests/browser/vendor`.
const AXE: &str = include_str!("../browser/vendor/axe.min.js");
/// The rules that every page must keep (WCAG 2.2 AA).
const RULES: &[&str] = &["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// How a browser comes to the page.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub width: u32,
    pub height: u32,
    pub javascript: bool,
    /// `zh-CN` or `en`.
    pub language: &'static str,
}

impl Default for Look {
    fn default() -> Self {
        Self { width: 1280, height: 900, javascript: true, language: "zh-CN" }
    }
}

impl Look {
    /// A small telephone, 320 points wide (WCAG 1.4.10).
    pub fn narrow() -> Self {
        Self { width: 320, height: 640, ..Self::default() }
    }
    /// Without scripts: every write must work all the same.
    pub fn plain() -> Self {
        Self { javascript: false, ..Self::default() }
    }
}

struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            // The controls that the browser draws itself are then Chinese too.
            .env("LANGUAGE", "zh_CN")
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: on Debian, apt-get install chromium chromium-driver fonts-noto-cjk");
        let (say, lines) = mpsc::channel();
        follow(child.stdout.take().expect("its output"), say);
        let port: u16 = wait_for(&lines, Duration::from_secs(60), |line| {
            line.split("started successfully on port ").nth(1)?.trim_end_matches(['.', '\r']).parse().ok()
        });
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// A window of a browser of its own. Everything of [`WebDriver`] is at hand.
pub struct Browser {
    driver: WebDriver,
    story: &'static str,
}

impl std::ops::Deref for Browser {
    type Target = WebDriver;
    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

/// Tells a story in a browser of its own, closed at the end however the story ends; when it fails, the last page is kept
/// as `screenshots/STORY-failed.png`.
///
/// ```text
/// browse("signing-in", Look::default(), async |browser| {
///     browser.goto(&url).await?;
///     browser.sound("home").await;
///     Ok(())
/// });
/// ```
pub fn browse(story: &'static str, look: Look, tell: impl AsyncFnOnce(&Browser) -> WebDriverResult<()>) {
    if std::env::var("DAJING_TEST_SKIP_BROWSER").as_deref() == Ok("1") {
        crate::skipped("the browser: DAJING_TEST_SKIP_BROWSER=1");
        return;
    }
    let profile = Folder::fresh();
    let server = Driver::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runtime.block_on(async {
        let driver = WebDriver::new(&server.url, capabilities(look, &profile).expect("capabilities")).await.expect("Chromium starts");
        let browser = Browser { driver, story };
        let outcome = AssertUnwindSafe(tell(&browser)).catch_unwind().await;
        if !matches!(outcome, Ok(Ok(()))) {
            browser.keep("failed").await;
        }
        browser.driver.quit().await.expect("Chromium closes");
        outcome
    });
    match outcome {
        Ok(told) => told.unwrap_or_else(|fault| panic!("{story}: {fault}")),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn capabilities(look: Look, profile: &Folder) -> WebDriverResult<ChromeCapabilities> {
    let mut wanted = DesiredCapabilities::chrome();
    let binary = ["/usr/bin/chromium", "/usr/bin/google-chrome"].into_iter().find(|path| std::path::Path::new(path).exists());
    if let Some(binary) = binary {
        wanted.set_binary(binary)?;
    }
    for argument in ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"] {
        wanted.add_arg(argument)?;
    }
    for argument in ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"] {
        wanted.add_arg(argument)?;
    }
    wanted.add_arg(&format!("--window-size={},{}", look.width, look.height))?;
    wanted.add_arg(&format!("--lang={}", look.language))?;
    wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    let javascript = if look.javascript { 1 } else { 2 };
    wanted.add_experimental_option(
        "prefs",
        serde_json::json!({ "intl.accept_languages": look.language, "profile.managed_default_content_settings.javascript": javascript }),
    )?;
    if look.width < 500 {
        // A window cannot be made so narrow; a telephone can.
        wanted.add_experimental_option(
            "mobileEmulation",
            serde_json::json!({ "deviceMetrics": { "width": look.width, "height": look.height, "pixelRatio": 1.0, "touch": true } }),
        )?;
    }
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(wanted)
}

/// Where screenshots are kept: `screenshots` beside the built programs.
pub fn screenshots() -> PathBuf {
    let own = std::env::current_exe().expect("this test's own path");
    let folder = own.ancestors().nth(3).expect("the target folder").join("screenshots");
    std::fs::create_dir_all(&folder).expect("folder of screenshots");
    folder
}

impl Browser {
    /// Keeps what the window shows as `screenshots/STORY-NAME.png`; for looking, never compared.
    pub async fn keep(&self, name: &str) -> PathBuf {
        let path = screenshots().join(format!("{}-{name}.png", self.story));
        if let Err(fault) = self.driver.screenshot(&path).await {
            eprintln!("no screenshot {}: {fault}", path.display());
        }
        path
    }

    /// What axe finds wrong with the page: rule, how bad, where.
    pub async fn barriers(&self) -> WebDriverResult<Vec<String>> {
        let here: bool = self.driver.execute("return typeof axe === 'object'", vec![]).await?.convert()?;
        if !here {
            self.driver.execute(AXE, vec![]).await?;
        }
        let script = "const done = arguments[arguments.length - 1]; \
            axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}}).then( \
              r => done(r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.nodes.map(n => n.target.join(' ')).join(' | '))), \
              e => done(['axe failed: ' + e]))";
        self.driver.execute_async(script, vec![serde_json::json!(RULES)]).await?.convert()
    }

    /// What the browser complained of since the last call: script errors, refused by the content policy, not loaded.
    pub async fn complaints(&self) -> WebDriverResult<Vec<String>> {
        let log = self.driver.browser_log().await?;
        Ok(log.into_iter().filter(|line| line.level == "SEVERE" || line.source.as_deref() == Some("security")).map(|line| line.message).collect())
    }

    /// How many points the page is wider than the window; 0 means no sideways scroll.
    pub async fn overhang(&self) -> WebDriverResult<i64> {
        let script = "return Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)";
        self.driver.execute(script, vec![]).await?.convert()
    }

    /// Every gate at once, and a screenshot: no barrier, no complaint, no sideways scroll, a title and a language.
    pub async fn sound(&self, name: &str) -> WebDriverResult<()> {
        self.keep(name).await;
        let mut faults = self.complaints().await?;
        faults.extend(self.barriers().await?);
        let overhang = self.overhang().await?;
        if overhang > 0 {
            faults.push(format!("{overhang} points wider than the window"));
        }
        let page = self.driver.current_url().await?;
        // A page that refuses says so by its status, which the browser notes.
        faults.retain(|fault| !(fault.starts_with(page.as_str()) && fault.contains("responded with a status of 4")));
        assert!(faults.is_empty(), "{} {name} ({page}): {faults:#?}", self.story);
        Ok(())
    }

    /// The text of the first element that the selector finds, waited for.
    pub async fn text(&self, selector: &'static str) -> WebDriverResult<String> {
        self.driver.query(By::Css(selector)).first().await?.text().await
    }
    /// Clicks the first element that the selector finds, waited for; once more when the page was still scrolling to it, or
    /// had put another in its place before the click. A click that the browser took is never repeated.
    pub async fn click(&self, selector: &'static str) -> WebDriverResult<()> {
        for _ in 0..10 {
            let outcome = async {
                let element = self.driver.query(By::Css(selector)).and_clickable().first().await?;
                // At once, whatever the style sheet says of smooth scrolling: on a busy machine that takes its time.
                self.driver.execute("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", vec![element.to_json()?]).await?;
                element.click().await
            };
            match outcome.await.map_err(WebDriverError::into_inner) {
                Err(WebDriverErrorInner::ElementClickIntercepted(_) | WebDriverErrorInner::StaleElementReference(_)) => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                Err(fault) => return Err(fault.into()),
                Ok(()) => return Ok(()),
            }
        }
        self.driver.query(By::Css(selector)).and_clickable().first().await?.click().await
    }
    /// Types into the field of that name, in place of what stands there.
    pub async fn types(&self, field: &str, text: &str) -> WebDriverResult<()> {
        let field = self.driver.query(By::Css(format!("[name=\"{field}\"]"))).first().await?;
        field.clear().await?;
        field.send_keys(text).await
    }
}
