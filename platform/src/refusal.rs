//! Refusals speak: each says why, under which article, and what would help. A closed set; nothing else is an error.

use crate::caller::Role;
use crate::clock::At;

use serde::Serialize;

/// What every verb and question may answer instead.
pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// One fault in what was entered: the field's path (`criteria[2].weight`), the message's code and its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub field: String,
    /// Message key `fault-CODE`.
    pub code: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(&'static str, String)>,
}

impl Fault {
    /// A fault at a field.
    pub fn at(field: impl Into<String>, code: &'static str) -> Self {
        Self { field: field.into(), code, args: Vec::new() }
    }
    /// Adds a figure that the message shows.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Why an act was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Nobody is signed in.
    SignIn,
    /// It does not exist, or belongs to another organisation: the same answer on purpose.
    NotFound,
    /// The step table gives this act to other roles.
    WrongRole { by: &'static [Role], article: &'static str },
    /// The act does not start from the state the case is in.
    WrongState { state: &'static str, act: &'static str, article: &'static str },
    /// Somebody moved the case since the page was shown.
    Stale,
    /// Something entered does not hold.
    Faulty(Vec<Fault>),
    /// A rule of the policy says no. `code` names the sentence, see [`Refusal::RULES`].
    Rule { code: &'static str, article: &'static str, args: Vec<(&'static str, String)> },
    /// Sealed until the opening.
    Sealed { until: At },
    /// The deadline has passed.
    TooLate { deadline: At },
    /// It would stand twice where it may stand once.
    Taken,
    /// The same key came with another request.
    KeyReused,
    /// Too many attempts; seconds to wait.
    TooMany { seconds: u64 },
    /// The upload or body is larger than allowed, in bytes.
    TooLarge { most: u64 },
    /// The form has more fields than can be read.
    TooManyFields { most: usize },
    /// The act needs the password again.
    ConfirmPassword,
    /// The role needs a second factor that is not set up or was not given.
    SecondFactor,
    /// The working days of that year are not announced yet.
    UnknownYear { year: i32 },
    /// The request's form token is missing or wrong.
    FormExpired,
    /// The address exists, the method does not.
    WrongMethod,
    /// What was sent cannot be read.
    Unreadable,
    /// No room on the disk; nothing was saved.
    NoSpace,
    /// The database is not the past that the public log has shown; nothing may be added to it.
    ReadOnly,
    /// The database does not answer; nothing was saved.
    Unavailable,
    /// A fault of ours; the text goes to the log, never to the page.
    Broken(String),
}

/// The sentences of rule refusals: code, 中文, English, 补救, remedy. `{name}` stands for a figure.
type RuleText = (&'static str, &'static str, &'static str, &'static str, &'static str);

impl Refusal {
    /// A rule of the policy says no.
    pub fn rule(code: &'static str, article: &'static str) -> Self {
        Self::Rule { code, article, args: Vec::new() }
    }
    /// Adds a figure to a rule's sentence.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Rule { args, .. } = &mut self {
            args.push((name, value.to_string()));
        }
        self
    }
    /// One fault at one field.
    pub fn fault(field: impl Into<String>, code: &'static str) -> Self {
        Self::Faulty(vec![Fault::at(field, code)])
    }
    /// A fault of ours.
    pub fn broken(what: impl ToString) -> Self {
        Self::Broken(what.to_string())
    }

    /// HTTP status of this refusal.
    pub fn status(&self) -> u16 {
        match self {
            Self::SignIn => 401,
            Self::NotFound => 404,
            Self::WrongRole { .. } | Self::ConfirmPassword | Self::SecondFactor | Self::FormExpired | Self::Sealed { .. } => 403,
            Self::WrongMethod => 405,
            Self::WrongState { .. } | Self::Stale | Self::Taken | Self::Rule { .. } | Self::TooLate { .. } | Self::UnknownYear { .. } => 409,
            Self::Faulty(_) | Self::KeyReused => 422,
            Self::Unreadable => 400,
            Self::TooLarge { .. } | Self::TooManyFields { .. } => 413,
            Self::TooMany { .. } => 429,
            Self::NoSpace => 507,
            Self::Unavailable | Self::ReadOnly => 503,
            Self::Broken(_) => 500,
        }
    }

    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::NotFound => "not-found",
            Self::WrongRole { .. } => "wrong-role",
            Self::WrongState { .. } => "wrong-state",
            Self::Stale => "stale",
            Self::Faulty(_) => "faulty",
            Self::Rule { code, .. } => code,
            Self::Sealed { .. } => "sealed",
            Self::TooLate { .. } => "too-late",
            Self::Taken => "taken",
            Self::KeyReused => "key-reused",
            Self::TooMany { .. } => "too-many",
            Self::TooLarge { .. } => "too-large",
            Self::TooManyFields { .. } => "too-many-fields",
            Self::ConfirmPassword => "confirm-password",
            Self::SecondFactor => "second-factor",
            Self::UnknownYear { .. } => "unknown-year",
            Self::FormExpired => "form-expired",
            Self::WrongMethod => "wrong-method",
            Self::Unreadable => "unreadable",
            Self::NoSpace => "no-space",
            Self::ReadOnly => "read-only",
            Self::Unavailable => "unavailable",
            Self::Broken(_) => "broken",
        }
    }

    /// The article it rests on, where the policy speaks.
    pub fn article(&self) -> Option<&'static str> {
        match self {
            Self::WrongRole { article, .. } | Self::WrongState { article, .. } | Self::Rule { article, .. } => Some(*article),
            Self::Sealed { .. } => Some("ZJK-13(5)"),
            Self::TooLate { .. } => Some("ZJK-13(5) BJ-11 NJ-9 ZJ-4.1"),
            Self::SecondFactor => Some("ZJK-18"),
            Self::ReadOnly => Some("ZJK-19 ZJK-28"),
            _ => None,
        }
        .filter(|a| !a.is_empty())
    }

    /// Why, in a sentence: (中文, English).
    pub fn why(&self) -> (String, String) {
        let pair = |zh: &str, en: &str| (zh.to_string(), en.to_string());
        match self {
            Self::SignIn => pair("请先登录。", "Please sign in first."),
            Self::NotFound => pair("没有找到这一项，或者您无权查看。", "This does not exist, or is not yours to see."),
            Self::WrongRole { by, .. } => (
                format!("这一步只能由{}办理。", by.iter().map(|r| role_name(*r).0).collect::<Vec<_>>().join("、")),
                format!("Only {} may do this.", by.iter().map(|r| role_name(*r).1).collect::<Vec<_>>().join(" or ")),
            ),
            Self::WrongState { .. } => pair("当前状态下不能办理这一步。", "This cannot be done in the present state."),
            Self::Stale => pair("在您打开页面之后，这一项已被他人办理。", "Somebody has moved this on since you opened the page."),
            Self::Faulty(faults) => (format!("有 {} 处填写需要修改。", faults.len()), format!("{} entries need attention.", faults.len())),
            Self::Rule { code, args, .. } => {
                let (_, zh, en, _, _) = rule_text(code);
                (fill(zh, args, false), fill(en, args, true))
            }
            Self::Sealed { until } => {
                let at = crate::clock::shanghai_text(*until);
                (
                    format!("投标文件在开启时间（{at}）之前密封，任何人都不能查看。"),
                    format!("Bids are sealed until the opening at {at}; nobody can read them before."),
                )
            }
            Self::TooLate { deadline } => {
                let at = crate::clock::shanghai_text(*deadline);
                (format!("截止时间（{at}）已过。"), format!("The deadline ({at}) has passed."))
            }
            Self::Taken => pair("相同的一项已经存在。", "The same thing already exists."),
            Self::KeyReused => pair("这个幂等键已用于另一个请求。", "This idempotency key was used for a different request."),
            Self::TooMany { seconds } => {
                (format!("尝试过于频繁，请 {seconds} 秒后再试。"), format!("Too many attempts; try again in {seconds} seconds."))
            }
            Self::TooLarge { most } => (format!("内容过大，最多 {} MB。", most / 1_048_576), format!("Too large; at most {} MB.", most / 1_048_576)),
            Self::TooManyFields { most } => (
                format!("表单的填写项过多，最多 {most} 项，没有保存任何内容。"),
                format!("The form has too many fields (at most {most}); nothing was saved."),
            ),
            Self::ConfirmPassword => pair("这一步需要再次输入密码确认。", "This step needs your password again."),
            Self::SecondFactor => pair("您的角色必须使用动态口令（第二因子）。", "Your role requires a one-time code (second factor)."),
            Self::UnknownYear { year } => (
                format!("国务院办公厅尚未公布 {year} 年放假安排，不能推算工作日。"),
                format!("The holidays of {year} are not announced yet, so working days cannot be counted."),
            ),
            Self::FormExpired => pair("表单已失效，没有保存任何内容。", "The form has expired; nothing was saved."),
            Self::WrongMethod => pair("这个地址不接受这种请求方法。", "This address does not accept that method."),
            Self::Unreadable => pair("无法读取提交的内容。", "What was sent cannot be read."),
            Self::NoSpace => pair("服务器磁盘已满，没有保存任何内容。", "The server's disk is full; nothing was saved."),
            Self::ReadOnly => pair(
                "平台已转为只读：数据库中的记录与公开日志此前公布的不一致，没有保存任何内容。",
                "The platform is read-only: its records are not those that the public log has shown before; nothing was saved.",
            ),
            Self::Unavailable => pair("数据库暂时不可用，没有保存任何内容。", "The database does not answer; nothing was saved."),
            Self::Broken(_) => pair("系统出错，没有保存任何内容。", "Something went wrong on our side; nothing was saved."),
        }
    }

    /// What would make the act possible: (中文, English).
    pub fn remedy(&self) -> (String, String) {
        let pair = |zh: &str, en: &str| (zh.to_string(), en.to_string());
        match self {
            Self::SignIn => pair("登录后重试。", "Sign in and try again."),
            Self::NotFound => pair(
                "请检查地址；已登录的，也可以切换到相应单位后再打开。",
                "Check the address; once signed in, you may switch to the organisation it belongs to.",
            ),
            Self::WrongRole { .. } => {
                pair("请具有该职责的人员办理，或请本单位管理员调整角色。", "Ask a person in that role, or ask your administrator for the role.")
            }
            Self::WrongState { .. } => pair("查看办理过程，了解下一步由谁办理。", "Look at the timeline to see whose turn it is."),
            Self::Stale => pair("刷新页面，查看最新情况后再决定。", "Reload the page and decide again."),
            Self::Faulty(_) => pair("按各处提示修改后重新提交；已填内容都还在。", "Mend the entries marked below; what you typed is kept."),
            Self::Rule { code, args, .. } => {
                let (_, _, _, zh, en) = rule_text(code);
                (fill(zh, args, false), fill(en, args, true))
            }
            Self::Sealed { .. } => pair("请在开启时间之后再查看。", "Come back after the opening time."),
            Self::TooLate { .. } => {
                pair("请关注后续公告，或与一级开发运营主体联系。", "Watch for the next announcement, or contact the primary operator.")
            }
            Self::Taken => pair("打开已有的一项继续办理。", "Open the existing one and go on there."),
            Self::KeyReused => pair("为新的请求使用新的幂等键。", "Use a new key for a new request."),
            Self::TooMany { .. } => pair("稍候再试；忘记密码可以重置。", "Wait a little; a forgotten password can be reset."),
            Self::TooLarge { .. } => pair("压缩或拆分后再上传。", "Compress or split it and try again."),
            Self::TooManyFields { .. } => {
                pair("分几次填写并提交；数量较多的清单请用导入功能。", "Fill it in and send it in parts; bring long lists in by import.")
            }
            Self::ConfirmPassword => pair("输入登录密码后再次提交。", "Enter your password and submit again."),
            Self::SecondFactor => {
                pair("在“账户安全”中绑定动态口令后重新登录。", "Set up the one-time code under account security and sign in again.")
            }
            Self::UnknownYear { .. } => pair(
                "放假通知公布并更新日历后，系统会自动补算期限。",
                "The deadline will be computed once the notice is out and the calendar updated.",
            ),
            Self::FormExpired => pair("返回上一页刷新后重新提交。", "Go back, reload the page and submit again."),
            Self::WrongMethod => pair("查看 /openapi.json 中列出的方法。", "See the methods listed in /openapi.json."),
            Self::Unreadable => pair("检查内容格式与编码。", "Check its format and encoding."),
            Self::ReadOnly => pair(
                "请联系管理员：恢复较新的备份后重新启动；确实无法恢复的，须公开说明并以新的名称另立日志。查询不受影响。",
                "Tell the administrator: a newer backup must be restored and the server started anew, or, where there is none, a new log begun under a new name and this said in public. Reading goes on.",
            ),
            Self::NoSpace | Self::Unavailable => {
                pair("请稍后重试；如持续出现请联系管理员。", "Try again later; tell the administrator if it persists.")
            }
            Self::Broken(_) => {
                pair("请记下页面底部的请求编号并联系管理员。", "Note the request number at the foot of the page and tell the administrator.")
            }
        }
    }

    /// Every rule refusal: code, why (中文, English), what would help (中文, English).
    pub const RULES: &'static [RuleText] = RULES;
}

fn rule_text(code: &str) -> &'static RuleText {
    RULES.iter().find(|r| r.0 == code).unwrap_or(&RULES[0])
}

/// Names from the profile come in both languages: `point` and `point_en`.
fn fill(text: &str, args: &[(&'static str, String)], en: bool) -> String {
    let english = |name: &str| args.iter().find(|(n, _)| en && n.strip_suffix("_en") == Some(name)).map(|(_, v)| v);
    args.iter().fold(text.to_string(), |t, (name, value)| t.replace(&format!("{{{name}}}"), english(name).unwrap_or(value)))
}

/// What a role is called: (中文, English).
pub fn role_name(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::DeveloperAdmin => ("二级主体管理员", "a developer's administrator"),
        Role::DeveloperStaff => ("二级主体经办人", "a developer's staff"),
        Role::Buyer => ("采购方", "a buyer"),
        Role::ScenarioDesk => ("一级主体场景岗", "the scenario desk"),
        Role::Reviewer => ("一级主体审核岗", "a reviewer"),
        Role::Legal => ("一级主体法务岗", "the legal desk"),
        Role::Finance => ("一级主体财务岗", "the finance desk"),
        Role::Office => ("协调机制办公室", "the coordination office"),
        Role::Bureau => ("数据主管部门", "the data bureau"),
        Role::Regulator => ("行业主管部门", "the industry regulator"),
        Role::Source => ("数源单位", "a source unit"),
        Role::Expert => ("评审专家", "an expert"),
        Role::Auditor => ("审计人员", "an auditor"),
        Role::SystemAdmin => ("系统管理员", "the system administrator"),
        Role::SecurityAdmin => ("安全管理员", "the security administrator"),
        Role::AuditAdmin => ("审计管理员", "the audit administrator"),
        Role::Registered => ("已登录用户", "anybody signed in"),
        Role::Public => ("任何人", "anybody"),
        Role::Calendar => ("系统日历", "the calendar"),
    }
}

include!("refusal_rules.rs");

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(what) => write!(f, "broken: {what}"),
            Self::WrongState { state, act, .. } => write!(f, "{act} does not start from {state}: {}", self.why().1),
            Self::Faulty(faults) => write!(f, "{} {faults:?}", self.why().1),
            _ => f.write_str(&self.why().1),
        }
    }
}
impl std::error::Error for Refusal {}

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        match error {
            Error::NotFound => Self::NotFound,
            Error::DatabaseError(Kind::UniqueViolation, _) => Self::Taken,
            Error::DatabaseError(Kind::ClosedConnection, _) => Self::Unavailable,
            Error::DatabaseError(_, ref info) if info.message().contains("disk is full") || info.message().contains("No space left") => Self::NoSpace,
            Error::DatabaseError(_, ref info)
                if info.message().contains("unable to open database file") || info.message().contains("disk I/O error") =>
            {
                Self::Unavailable
            }
            other => Self::Broken(format!("database: {other}")),
        }
    }
}
impl From<diesel::r2d2::PoolError> for Refusal {
    fn from(_: diesel::r2d2::PoolError) -> Self {
        Self::Unavailable
    }
}
impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(format!("stored JSON: {error}"))
    }
}
impl From<crate::day::UnknownYear> for Refusal {
    fn from(year: crate::day::UnknownYear) -> Self {
        Self::UnknownYear { year: year.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Word;

    #[test]
    fn every_rule_speaks_both_languages_and_names_a_remedy_once() {
        let mut codes = std::collections::HashSet::new();
        for (code, zh, en, zh_help, en_help) in Refusal::RULES {
            assert!(codes.insert(code), "{code} stands twice");
            for text in [zh, zh_help] {
                assert!(text.ends_with('。'), "{code}: {text}");
            }
            for text in [en, en_help] {
                assert!(text.ends_with('.') && !text.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}')), "{code}: {text}");
            }
        }
    }

    #[test]
    fn names_of_the_profile_are_said_in_the_sentence_s_language() {
        let (zh, en) = Refusal::rule("points-not-met", "ZJK-25").with("point", "安全可控").with("point_en", "Security").why();
        assert!(zh.contains("安全可控") && !zh.contains("Security"), "{zh}");
        assert!(en.contains("Security") && !en.contains("安全可控"), "{en}");
    }

    #[test]
    fn every_role_has_a_name() {
        for role in Role::ALL {
            assert!(!role_name(*role).0.is_empty());
        }
    }
}
