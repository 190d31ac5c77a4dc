//! The people of the demo city at a browser: who steps in, what they open, what they do with a case and what it then says.

use chrono::Duration;
use platform::Id;
use platform::day::shanghai_date;
use support::City;
use support::browser::Browser;
use thirtyfour::prelude::*;

/// One life: the browser in which it is clicked, and the city in which it happens.
pub struct Life<'a> {
    pub browser: &'a Browser,
    pub city: &'a City,
}

impl std::ops::Deref for Life<'_> {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        self.browser
    }
}

impl Life<'_> {
    /// Steps into somebody's account with the one click that the demo offers.
    pub async fn is(&self, name: &str) -> WebDriverResult<()> {
        self.shows("/demo").await?;
        let button = format!("form[action=\"/demo\"]:has(input[value=\"{}\"]) button", support::city::email(name));
        self.leaves(async || self.reach(&button).await).await
    }
    pub async fn shows(&self, path: &str) -> WebDriverResult<()> {
        self.goto(format!("{}{path}", self.city.url)).await
    }
    /// An act of a case, filled in where it has to be.
    pub async fn does(&self, case: &str, act: &str, fields: &[(&str, &str)]) -> WebDriverResult<()> {
        self.shows(case).await?;
        self.turn_to(act).await?;
        let action = format!("{case}/{act}");
        if !fields.is_empty() {
            // Several forms of a page may ask for a reason.
            self.open(&action).await?;
        }
        for (name, value) in fields {
            self.put_in(&format!("form[action^=\"{action}\"] "), name, value).await?;
        }
        self.press(&action).await
    }
    /// Unfolds the form of an act.
    pub async fn open(&self, action: &str) -> WebDriverResult<()> {
        let script = "const form = document.querySelector(`form[action^=\"${arguments[0]}\"]`); \
            const fold = form?.closest('details'); if (fold && !fold.open) fold.querySelector('summary').click()";
        self.execute(script, vec![action.into()]).await.map(drop)
    }
    /// The case of the page shown.
    pub async fn here(&self) -> WebDriverResult<String> {
        let path = self.path().await?;
        assert!(id(&path).parse::<Id<platform::people::Org>>().is_ok(), "{path} is a case");
        Ok(path)
    }
    /// The same page in English, sound there too, and back.
    pub async fn in_english(&self, name: &str) -> WebDriverResult<()> {
        let path = self.path().await?;
        self.shows(&format!("/lang/en?to={path}")).await?;
        let spoken: String = self.execute("return document.documentElement.lang", vec![]).await?.convert()?;
        assert!(spoken == "en" && self.path().await? == path);
        self.sound(&format!("{name}-en")).await?;
        self.shows(&format!("/lang/zh-CN?to={path}")).await
    }
    pub async fn says(&self, words: &str) -> WebDriverResult<()> {
        let said = self.main().await?;
        assert!(said.contains(words), "{} on {} does not say {words}: {said}", self.title().await?, self.path().await?);
        Ok(())
    }
    pub fn day(&self, days: i64) -> String {
        (shanghai_date(self.city.app.db.clock().now()) + Duration::days(days)).to_string()
    }
    /// So many minutes from now, as a form takes it.
    pub fn time(&self, minutes: i64) -> String {
        (self.city.app.db.clock().now() + Duration::hours(8) + Duration::minutes(minutes)).format("%Y-%m-%dT%H:%M").to_string()
    }
    /// A paper of that name to attach: where it lies.
    pub fn paper(&self, name: &str) -> String {
        let place = self.city.data().join(name);
        std::fs::write(&place, "%PDF-1.4\n%%EOF\n").expect("a paper");
        place.display().to_string()
    }
}

/// The id at the end of an address.
pub fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The Monday in which this life begins; the story must not depend on the day on which it is told.
pub fn beginning() -> platform::At {
    "2026-06-01T02:00:00".parse().unwrap()
}
