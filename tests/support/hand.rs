//! A hand at the browser: types, chooses, ticks and presses what a page shows, and waits for the page that follows.

use crate::browser::Browser;
use std::time::Duration;
use thirtyfour::prelude::*;

/// How long a page may take to follow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Browser {
    /// The path of the page shown.
    pub async fn path(&self) -> WebDriverResult<String> {
        Ok(self.current_url().await?.path().to_string())
    }

    /// Types into a field, or chooses the offer of that value; a day or an hour is set as its picker would.
    pub async fn put(&self, name: &str, value: &str) -> WebDriverResult<()> {
        self.put_in("", name, value).await
    }
    /// The same in the part of the page that the selector names, which ends in a space.
    pub async fn put_in(&self, part: &str, name: &str, value: &str) -> WebDriverResult<()> {
        let field = self.query(By::Css(format!("{part}[name=\"{name}\"]:not([type=hidden])"))).first().await?;
        let kind = field.prop("type").await?.unwrap_or_default();
        match kind.as_str() {
            "select-one" => field.find(By::Css(format!("option[value=\"{value}\"]"))).await?.click().await,
            "date" | "datetime-local" => {
                let script = "arguments[0].value = arguments[1]; \
                    for (const name of ['input', 'change']) arguments[0].dispatchEvent(new Event(name, {bubbles: true}))";
                self.execute(script, vec![field.to_json()?, value.into()]).await?;
                let set = field.value().await?;
                assert_eq!(set.as_deref(), Some(value), "{name} takes {value}");
                Ok(())
            }
            "radio" => self.reach(&format!("{part}input[type=radio][name=\"{name}\"][value=\"{value}\"]")).await,
            // A file, by its path.
            "file" => field.send_keys(value).await,
            _ => {
                field.clear().await?;
                field.send_keys(value).await
            }
        }
    }
    /// Many fields at once.
    pub async fn fill(&self, fields: &[(&str, &str)]) -> WebDriverResult<()> {
        for (name, value) in fields {
            self.put(name, value).await?;
        }
        Ok(())
    }
    /// Chooses the offer that has these words.
    pub async fn pick(&self, name: &str, words: &str) -> WebDriverResult<()> {
        self.query(By::XPath(format!("//select[@name='{name}']/option[contains(., '{words}')]"))).first().await?.click().await
    }
    /// Ticks a box; of several of that name the one of that value.
    pub async fn tick(&self, name: &str, value: &str) -> WebDriverResult<()> {
        let selector = format!("input[type=checkbox][name=\"{name}\"][value=\"{value}\"]");
        if self.query(By::Css(selector.clone())).first().await?.is_selected().await? { Ok(()) } else { self.reach(&selector).await }
    }
    /// Ticks exactly these boxes of a field.
    pub async fn only(&self, name: &str, values: &[&str]) -> WebDriverResult<()> {
        let mut found = 0;
        for item in self.find_all(By::Css(format!("input[type=checkbox][name=\"{name}\"]"))).await? {
            let value = item.value().await?.unwrap_or_default();
            let wanted = values.contains(&value.as_str());
            found += usize::from(wanted);
            if item.is_selected().await? != wanted {
                self.reach(&format!("input[type=checkbox][name=\"{name}\"][value=\"{value}\"]")).await?;
            }
        }
        assert_eq!(found, values.len(), "{name} offers {values:?}");
        Ok(())
    }

    /// Clicks what the selector finds, once it stands still in the middle of the window.
    pub async fn reach(&self, selector: &str) -> WebDriverResult<()> {
        let element = self.query(By::Css(selector.to_string())).first().await?;
        for _ in 0..10 {
            self.execute("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", vec![element.to_json()?]).await?;
            if element.click().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        element.click().await
    }
    /// Presses the button of the form that is sent there, says yes when asked whether it is meant, and waits for what
    /// follows.
    pub async fn press(&self, action: &str) -> WebDriverResult<()> {
        let script = "const form = [...document.forms].find(f => [arguments[0], arguments[0] + '?'].some((a, i) => \
              i ? f.getAttribute('action').startsWith(a) : f.getAttribute('action') === a)); \
            if (!form) return [...document.forms].map(f => f.getAttribute('action')); \
            const fold = form.closest('details'); if (fold && !fold.open) fold.querySelector('summary').click(); \
            form.querySelector('button:not([type=button])').dataset.here = ''; return null";
        let known: Option<Vec<String>> = self.execute(script, vec![action.into()]).await?.convert()?;
        if let Some(known) = known {
            // What cannot be undone is asked on a page of its own.
            let link = format!("main a[href=\"{action}\"]");
            if self.find_all(By::Css(link.clone())).await?.is_empty() {
                panic!("no form to {action} on {}, only to {known:?}", self.path().await?);
            }
            self.leaves(async || self.reach(&link).await).await?;
            return Box::pin(self.press(action)).await;
        }
        let asks = !self.find_all(By::Css("[data-here][data-confirm]")).await?.is_empty();
        self.leaves(async || {
            self.reach("[data-here]").await?;
            if asks { self.accept_alert().await } else { Ok(()) }
        })
        .await
    }
    /// Follows the first link of the main part that begins so; not to the form of a new case.
    pub async fn follow(&self, start: &str) -> WebDriverResult<()> {
        self.leaves(async || self.reach(&format!("main a[href^=\"{start}\"]:not([href$=new])")).await).await
    }
    /// Goes to an act of the case shown, whose form may stand on its page or behind a link.
    pub async fn turn_to(&self, act: &str) -> WebDriverResult<()> {
        let link = format!("main a[href$=\"/{act}\"]");
        if self.find_all(By::Css(link.clone())).await?.is_empty() { Ok(()) } else { self.leaves(async || self.reach(&link).await).await }
    }

    /// Does something that leads to another page, and waits until that stands.
    pub async fn leaves(&self, act: impl AsyncFnOnce() -> WebDriverResult<()>) -> WebDriverResult<()> {
        self.execute("window.stillHere = true", vec![]).await?;
        act().await?;
        let from = std::time::Instant::now();
        while from.elapsed() < PATIENCE {
            let stands = self.execute("return window.stillHere === undefined && document.readyState === 'complete'", vec![]).await;
            if stands.is_ok_and(|s| s.json().as_bool() == Some(true)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no page follows {}", self.path().await?);
    }

    /// The text of the page's main part.
    pub async fn main(&self) -> WebDriverResult<String> {
        self.query(By::Tag("main")).first().await?.text().await
    }
}
