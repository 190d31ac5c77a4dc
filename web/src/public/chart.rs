//! Pictures drawn by the server as SVG, bars and what comes from what: narrow enough for a telephone, with words for those who do not see them, attributes only.

use super::machine::xml;
use std::fmt::Write;

/// One bar, or two on the same scale.
#[derive(Clone, Debug)]
pub struct Bar {
    pub label: String,
    pub values: Vec<i64>,
}

/// Colours of the first and of the second value; both stand out from white by more than 4.5 to 1.
const COLOURS: [&str; 2] = ["#1d4f91", "#8a6100"];
const WIDTH: i64 = 360;
/// Room for the figure behind a bar.
const FIGURE: i64 = 56;

/// The picture. `name` keeps its ids apart from those of other pictures of the page.
pub fn bars(name: &str, title: &str, text: &str, bars: &[Bar]) -> String {
    let most = bars.iter().flat_map(|b| b.values.iter().copied()).max().unwrap_or(0).max(1);
    let (line, label) = (14, 20);
    let height = bars.iter().map(|b| label + line * b.values.len() as i64 + 8).sum::<i64>() + 4;
    let mut out = head(name, title, text, height);
    let mut y = 4;
    for bar in bars {
        let _ = write!(out, "<text x=\"0\" y=\"{}\" fill=\"#1f2937\">{}</text>", y + 12, xml(&cut(&bar.label)));
        y += label;
        for (value, colour) in bar.values.iter().zip(COLOURS) {
            let long = ((WIDTH - FIGURE) * (*value).max(0) / most).max(1);
            let _ = write!(out, "<rect x=\"0\" y=\"{y}\" width=\"{long}\" height=\"11\" fill=\"{colour}\"/>");
            let _ = write!(out, "<text x=\"{}\" y=\"{}\" fill=\"#1f2937\">{value}</text>", long + 6, y + 10);
            y += line;
        }
        y += 8;
    }
    out.push_str("</svg>");
    out
}

/// The beginning of a picture: its size, its words, a white ground whatever the page's colours.
fn head(name: &str, title: &str, text: &str, height: i64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"{name}-title {name}-desc\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\
         <title id=\"{name}-title\">{}</title><desc id=\"{name}-desc\">{}</desc><rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>",
        xml(title),
        xml(text)
    )
}

/// What comes from what, from above to below: each layer is a heading with the names in it.
pub fn flow(name: &str, title: &str, layers: &[(String, Vec<String>)]) -> String {
    const MOST: usize = 12;
    let text = layers.iter().map(|(head, names)| format!("{head}: {}", names.join(", "))).collect::<Vec<_>>().join(" → ");
    let tall = |names: &Vec<String>| 26 + 18 * names.len().min(MOST + 1) as i64;
    let height = layers.iter().map(|(_, names)| tall(names) + 26).sum::<i64>() - 22;
    let mut out = head(name, title, &text, height.max(8));
    let mut y = 2;
    for (at, (heading, names)) in layers.iter().enumerate() {
        let (box_height, middle) = (tall(names), WIDTH / 2);
        if at > 0 {
            let _ = write!(out, "<path d=\"M{middle} {}v16m-5 -6l5 6l5 -6\" fill=\"none\" stroke=\"#4b5563\" stroke-width=\"2\"/>", y - 22);
        }
        let _ = write!(out, "<rect x=\"1\" y=\"{y}\" width=\"{}\" height=\"{box_height}\" rx=\"4\" fill=\"#eef3fa\" stroke=\"#1d4f91\"/>", WIDTH - 2);
        let _ = write!(out, "<text x=\"10\" y=\"{}\" fill=\"#1d4f91\" font-weight=\"bold\">{}</text>", y + 17, xml(heading));
        let more = names.len().saturating_sub(MOST);
        let shown = names.iter().take(MOST).map(|n| cut(n)).chain((more > 0).then(|| format!("… +{more}")));
        for (line, label) in shown.enumerate() {
            let _ = write!(out, "<text x=\"10\" y=\"{}\" fill=\"#1f2937\">{}</text>", y + 36 + 18 * line as i64, xml(&label));
        }
        y += box_height + 26;
    }
    out.push_str("</svg>");
    out
}

/// A label that fits; the table below has the whole.
fn cut(label: &str) -> String {
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    let mut room = 48;
    let kept: String = label
        .chars()
        .take_while(|c| {
            room -= wide(*c);
            room >= 0
        })
        .collect();
    if kept.len() < label.len() { format!("{kept}…") } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_words_and_no_style() {
        let bar = |label: &str, values: &[i64]| Bar { label: label.into(), values: values.to_vec() };
        let svg = bars("x", "A & <b>", "two", &[bar("一\"二", &[0, 7]), bar(&"长".repeat(60), &[14])]);
        assert!(svg.contains("<title id=\"x-title\">A &amp; &lt;b&gt;</title>") && svg.contains("role=\"img\""), "{svg}");
        assert!(!svg.contains("style") && svg.contains("一&quot;二") && svg.contains('…'), "{svg}");
        // The longest bar leaves room for its figure, none at all still shows.
        assert!(svg.contains(&format!("width=\"{}\" height=\"11\"", WIDTH - FIGURE)) && svg.contains("width=\"1\" height=\"11\""), "{svg}");
        assert!(bars("x", "t", "d", &[]).contains("</svg>"));
    }

    #[test]
    fn a_flow_names_every_layer_in_words() {
        let many: Vec<String> = (0..20).map(|n| format!("源{n}")).collect();
        let svg = flow("f", "t", &[("来源".into(), many), ("产品".into(), vec!["a<b".into()])]);
        assert!(svg.contains("来源: 源0, ") && svg.contains("源19 → 产品: a&lt;b</desc>") && svg.contains("… +8"), "{svg}");
        assert_eq!(svg.matches("<path").count(), 1);
    }
}
