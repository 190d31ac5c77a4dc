# 账户：登录、入驻、一次性链接、动态口令、登录设备、接口令牌、人员与角色
nav-accounts = 账户管理
none-yet = （暂无）

sign-in-email = 邮箱
sign-in-password = 密码
sign-in-code = 动态口令
sign-in-code-hint = 已绑定动态口令的，可在这里一并填写，也可在下一步填写。
sign-in-failed = 登录未成功
sign-in-forgot = 忘记密码
code-title = 输入动态口令
code-lead = 您的账户已绑定动态口令，请打开身份验证器，输入当前的 6 位数字。
code-hint = 身份验证器显示的 6 位数字，每 30 秒更换一次，每个口令只能使用一次；也可以输入恢复码。
code-submit = 继续
code-lost = 设备丢失或更换的，请输入一个恢复码；没有恢复码的，请联系安全管理员解除绑定后重新绑定。
owes-code = 您还没有输入动态口令，相关权限暂不开放。
owes-code-link = 现在输入

sign-up-lead = 二级开发运营主体和采购方在此申请入驻。一级开发运营主体在 { $n } 个工作日内核准，核准结果发送至您的邮箱。
sign-up-section-org = 单位信息
sign-up-section-person = 首位人员
sign-up-section-person-lead = 以此邮箱登录；二级开发运营主体的首位人员即为本单位管理员，可邀请其他人员。
sign-up-kind = 单位类别
sign-up-email = 邮箱
sign-up-email-hint = 用于登录和接收通知。
sign-up-person = 姓名
sign-up-password = 设置密码
sign-up-password-hint = 至少 10 个字符，可以是一句话；不得使用常见密码，不得包含邮箱或姓名。
sign-up-agree = 本人经所在单位授权办理入驻，所填信息真实、准确；知悉操作均留痕备查，并将遵守公共数据授权运营的各项规定。
sign-up-submit = 提交入驻申请
sign-up-sent = 入驻申请已提交
sign-up-by = 核准期限
sign-up-next = 接下来
sign-up-next-1 = 一级开发运营主体法务岗核对单位信息，最迟于 { $by } 作出核准或不予核准的决定，并说明理由。
sign-up-next-2 = 等待期间可以登录；二级开发运营主体可先填写人员备案、邀请本单位人员，指定数据安全负责人和管理部门。
sign-up-next-3 = 核准后，采购方即可采购数据产品；二级开发运营主体已指定数据安全负责人和管理部门的，即可提出数据需求、应答授权运营公告。未予核准的，请按说明的理由与一级开发运营主体联系。

reset-title = 重置密码
reset-lead = 请填写登录邮箱，我们会发送一封含有重置链接的信件，链接 1 小时内有效。
reset-email = 邮箱
reset-submit = 发送链接
reset-sent = 请查收邮件
reset-sent-lead = 如果该邮箱已注册，重置密码的信件已经发出，链接 1 小时内有效，只能使用一次。
reset-sent-none = 没有收到？请检查垃圾邮件，或核对邮箱后重新申请。
new-password-title = 设置新密码
new-password-lead = 设置后，所有设备上的登录和接口令牌都会失效，请用新密码重新登录；动态口令不受影响。
new-password-submit = 保存新密码

invited-title = 接受邀请
invited-lead = “{ $org }”邀请您（{ $email }）担任：{ $roles }。
invited-join = 加入单位
invited-known = 该邮箱已有账户，请先登录，再接受邀请。
invited-other = 您目前以“{ $name }”的身份登录，而这份邀请发给另一个邮箱。请先退出登录，再打开这个链接。
first-admin-title = 创建系统管理员
first-admin-lead = 平台还没有管理员。请创建第一位系统管理员；随后需要绑定动态口令，再登记各单位。
accept-email = 邮箱
accept-name = 姓名
accept-submit = 创建账户

factor-title = 动态口令
factor-lead = 绑定后，登录除密码外还需输入身份验证器显示的 6 位数字，他人即使知道密码也无法登录。
factor-must = 您所在的单位要求使用动态口令，绑定之后相关权限才会开放。
factor-step-1 = 1. 安装身份验证器
factor-step-1-lead = 在手机上安装任意一款支持 TOTP（RFC 6238）的身份验证器。
factor-step-2 = 2. 扫描二维码
factor-step-2-lead = 在身份验证器中选择添加账户，扫描下面的二维码。
factor-qr = 绑定动态口令的二维码；不能扫描的，请使用下面的密钥。
factor-by-hand = 不能扫描时，请手工输入密钥：
factor-step-3 = 3. 输入口令确认
factor-code = 动态口令
factor-code-hint = 身份验证器当前显示的 6 位数字。
factor-submit = 绑定
factor-remove = 解除绑定
factor-is-set = 已绑定动态口令。解除绑定需要输入一次当前口令或者一个恢复码；所在单位要求使用动态口令的，解除后相关权限随即关闭。
factor-on = 已绑定
factor-off = 未绑定
factor-not_needed = 无需动态口令
factor-passed = 已验证动态口令
factor-owed = 待输入动态口令
factor-missing = 待绑定动态口令

account-lead = 本人的账户信息、登录安全和人员备案。
account-held = 绑定或输入动态口令之前，下列角色暂不开放：{ $roles }。
account-who = 身份
account-safety = 账户安全
account-change = 修改密码
account-record = 人员备案
account-record-lead = 实名、数据安全培训和保密协议由本单位管理员登记，缺项或过期的不能办理数据处理事项。
account-lang = 语言
account-lang-lead = 页面和通知信件使用的语言。
password-title = 密码
password-lead = 修改后，其他设备上的登录随即失效。
password-old = 当前密码

sessions-title = 登录设备
sessions-lead = 您的账户在以下设备上处于登录状态。发现不认识的，请立即退出并修改密码。
sessions-this = 本机
sessions-end = 退出
sessions-end-others = 退出其他所有设备

tokens-title = 接口令牌
tokens-lead = 程序凭令牌以您的身份、为您所在的单位调用接口。令牌等同于密码，请妥善保管，不用时及时吊销。
tokens-none = 还没有令牌。
tokens-no-org = 请先切换到一个单位，再新建令牌。
tokens-make = 新建令牌
tokens-make-lead = 令牌只能用于当前单位“{ $org }”。
tokens-made = 令牌已生成
tokens-once = 令牌只显示这一次，请现在复制并妥善保存；离开本页后无法再次查看。
tokens-use = 使用示例
tokens-kept = 已保存，返回
tokens-revoke = 吊销
tokens-revoke-title = 吊销令牌“{ $name }”
tokens-revoke-lead = 吊销后立即失效，不能恢复；使用它的程序将无法再调用接口。
token-name = 名称
token-name-hint = 便于辨认，例如“数据门户同步”。
token-scopes = 权限
token-days = 有效天数
token-days-hint = 1 到 365 天。
scope-read = 查询
scope-act = 办理（含查询）

organisations-lead = 您在以下单位担任角色；一次只能以一个单位的身份办理。
organisations-current = 当前单位
organisations-switch = 切换到该单位
organisations-none = 您目前不在任何单位任职。

people-all = 人员名单
people-lead = 处理公共数据的人员须实名登记、参加数据安全培训并签订保密协议。
people-invite = 邀请人员
people-invite-lead = 邀请加入“{ $org }”。对方会收到一封信件，链接 7 天内有效，只能使用一次。
people-invited = 待接受的邀请
people-invited-lead = 发给同一邮箱的新邀请会使先前的邀请失效。
people-none-invited = 没有待接受的邀请。
people-record-lead = 由本单位管理员据实登记，更改均留痕。
record-complete = 备案齐全
record-expired = 保密协议已过期
record-missing = 备案不全
invite-email = 邮箱
invite-roles = 角色
role-given-role = 增加角色

accounts-lead = 按姓名或邮箱查找账户；系统管理员、安全管理员、审计管理员相互制约，均不办理业务事项。
accounts-end = 结束全部登录
accounts-end-lead = 该人员在所有设备上的登录随即失效，可以重新登录。
accounts-disable = 停用账户
accounts-disable-lead = 登录、接口令牌和已发出的邀请同时失效，停用期间不能登录。
accounts-enable = 恢复账户
accounts-enable-lead = 恢复后可以重新登录，角色保持不变。
accounts-drop-totp = 解除动态口令
accounts-drop-totp-lead = 用于设备丢失的情形，请先核实本人身份；登录和接口令牌同时失效，本人须重新绑定。
account-why-reason = 理由
account-why-reason-hint = 记入日志，供审计查阅。
org-enter-lead = 二级开发运营主体和采购方自行申请入驻，不在此登记。登记后请到“人员与角色”邀请该单位人员。
org-kind = 单位类别

interest-lead = 与二级开发运营主体存在任职、投资、亲属等可能影响公正的关系，应当申报；申报后不得办理该主体的评审、审核事项。
interest-own = 本人已申报的利益关系
interest-none = 没有已申报的利益关系。
interest-org = 相关单位
interest-note = 关系说明
interest-note-hint = 例如曾任职务、投资比例、亲属关系及起止时间。

col-person_name = 姓名
col-email = 邮箱
col-roles_held = 角色
col-filed_record = 人员备案
col-device = 设备
col-login_address = 登录地址
col-signed_in_at = 登录时间
col-last_seen_at = 最近使用
col-used_at = 最近使用
col-expires_at = 失效时间
col-scopes = 权限
col-declared_at = 申报时间

person-act-set_password = 设置密码
person-act-set_totp = 绑定动态口令
person-act-remove_totp = 解除动态口令
person-act-disable = 停用账户
person-act-enable = 恢复账户
person-state-changed = 已更改
person-state-disabled = 已停用
person-state-enabled = 正常
session-act-open = 登录
session-act-pass = 输入动态口令
session-act-switch = 切换单位
session-act-close = 退出登录
session-act-end_others = 结束其他登录
session-act-lock = 多次登录失败
session-state-open = 已登录
session-state-closed = 已退出
session-state-slowed = 已限制频次
token-act-make = 新建令牌
token-act-revoke = 吊销令牌
token-state-live = 有效
token-state-revoked = 已吊销
link-kind-invite = 邀请
link-kind-reset = 重置密码
link-kind-first_admin = 首位管理员
link-act-make = 生成链接
link-act-use = 使用链接
link-act-withdraw = 撤回邀请
link-state-open = 待使用
link-state-used = 已使用
link-state-withdrawn = 已撤回

fault-password-short = 至少 { $min } 个字符
fault-password-common = 这个密码过于常见，或含有您的邮箱、姓名，请换一个
fault-wrong-code = 动态口令不正确，请输入身份验证器当前显示的数字
fault-wrong-password = 密码不正确

say-password_changed = 密码已修改，原有登录均已失效。
say-factor_removed = 已解除动态口令。
say-session_ended = 已结束登录。
say-token_revoked = 令牌已吊销。
say-invited = 邀请已发出。
say-joined = 已加入单位。
say-org_entered = 单位已登记，请邀请该单位人员。

letter-link-gone = （链接只在当时发出的邮件中）
letter-invite-subject = 【大境】邀请您加入“{ $org }”
letter-invite-body =
    您好：

    { $by }邀请您在公共数据授权运营平台加入“{ $org }”。

    请在 7 天内打开下面的链接接受邀请，链接只能使用一次，请勿转发：

    { $link }

    如果您不认识邀请人，不必理会本信。本信由系统自动发出，请勿直接回复。
letter-reset-subject = 【大境】重置密码
letter-reset-body =
    您好：

    我们收到了重置您账户密码的申请。请在 1 小时内打开下面的链接设置新密码，链接只能使用一次，请勿转发：

    { $link }

    如果不是您本人申请，不必理会本信，您的密码不会改变。本信由系统自动发出，请勿直接回复。
