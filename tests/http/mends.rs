//! What a reader should not stumble over: names in his language, acts that cannot be taken back, forms that are too long.

use reqwest::Method;
use support::City;

#[test]
fn an_english_form_offers_english_names() {
    let city = City::open();
    let desk = city.enters("scenario_desk");
    let form = desk.page("/work/announcements/new?lang=en");
    let profile = city.app.db.rules().profile;
    for name in profile.conditions.iter().map(|c| &c.name).chain(profile.materials.iter().map(|m| &m.name)) {
        let text = support::visitor::unescape(&form.text);
        assert!(text.contains(name.en.as_str()) && !text.contains(name.zh.as_str()), "{name:?}");
    }
}

#[test]
fn what_cannot_be_taken_back_asks_once_more() {
    let city = City::open();
    let legal = city.enters("legal");
    let found = city.look(|look| {
        let ask = secondary::disclosure::Wanted { state: Some(secondary::disclosure::State::Drafted), ..Default::default() };
        secondary::disclosure::list(look, &legal_caller(), &ask, platform::paging::Page::first(20))
    });
    let _ = found;
}

#[test]
fn a_form_with_too_many_fields_says_so() {
    let city = City::open();
    let yi = city.enters("yi");
    let length = city.log_length();
    let mut fields: Vec<(String, String)> = (0..5001).map(|i| (format!("data_needed[{i}].dataset"), "甲".to_string())).collect();
    fields.push(("_csrf".into(), yi.csrf()));
    let sent = yi.send(yi.request(Method::POST, "/work/demands").header("accept", "application/problem+json").form(&fields));
    assert_eq!((sent.status, sent.code().as_str()), (413, "too-many-fields"), "{}", sent.text);
    let mut form = reqwest::blocking::multipart::Form::new();
    for (name, value) in fields {
        form = form.text(name, value);
    }
    let sent = yi.send(yi.request(Method::POST, "/work/demands").header("accept", "application/problem+json").multipart(form));
    assert_eq!((sent.status, sent.code().as_str()), (413, "too-many-fields"), "{}", sent.text);
    assert_eq!(city.log_length(), length);
}
