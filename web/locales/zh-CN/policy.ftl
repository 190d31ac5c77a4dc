# 期限名称与政策方案

clock-request_assessment = 数据需求评估期限
clock-request_consent = 数源单位答复期限
clock-request_supply = 数据供给期限
clock-import_approval = 社会数据导入审批期限
clock-quality_answer = 数据质量问题答复期限
clock-access_closing = 权限关闭期限
clock-destruction = 数据销毁期限
clock-share_answer = 共享申请答复期限
clock-share_supply = 共享数据提供期限
clock-share_dispute = 共享争议协调期限
clock-opening_answer = 开放需求答复期限
clock-attribute_review = 共享开放属性复核周期
clock-backflow_answer = 数据回流答复期限
clock-purchase_filing = 采购数据备案期限
clock-observer_answer = 数据观察员意见答复期限
clock-amendment_answer = 变更答复期限
clock-rectification_check = 整改核验期限
termination-act-waive = 逾期未陈述
clock-hearing = 陈述申辩期限
pub-figure-bar = 限制再次申请
pub-ground-bars = 列入限制申请名单
clock-termination_decision = 终止决定期限
clock-destruction_check = 销毁核验期限
clock-archive_handover = 归档移交期限
clock-drill_yearly = 应急演练周期
clock-inspection_answer = 检查答复期限
clock-evaluation_self = 自评期限
clock-evaluation_score = 评分期限
clock-evaluation_talk = 约谈期限
clock-closing_report = 事件总结报告期限
clock-report_signoff = 报告签发期限
clock-registration_apply = 登记申请期限
clock-registration_accept = 登记受理期限
clock-registration_review = 登记审核期限
clock-registration_notice = 登记公示期
clock-registration_cancel = 注销登记期限
clock-price_approval = 价格核定期限

pub-policy-no-end = 未规定失效日期
pub-policy-other = 这不是本系统现行的政策方案。
pub-policy-own = 查看现行方案
pub-policy-differences = 与其他四地的不同
pub-policy-differences-lead = 下表只列各方案不一致的内容；与首列不同的以粗体表示。点击地名查看该方案全文。
pub-policy-has = 有
pub-policy-ended = 《{ $name }》的有效期已于 { $day } 届满。已授权事项按原约定继续；新的授权应当依据后续文件。
pub-policy-ends = 《{ $name }》的有效期至 { $day }，还有 { $n } 天。
pub-policy-see = 查看政策方案
pub-policy-evaluation = 考核评估
pub-policy-exits = 退出情形
pub-policy-grounds = 单方终止的事由
pub-policy-archives = 归档与保管期限
pub-figure-incident_notice = 安全事件即时通知
pub-renewal-anew = 不设续期；期满后按程序重新申请
pub-extendable = 可以说明理由后延长
pub-for-ever = 永久
pub-policy-evaluated = 评估安排
pub-evaluation-months = 每 { $n } 个月一次
pub-evaluation-poor = 连续 { $n } 次较差的，终止授权
pub-evaluation-renewal = 结果作为再次申请的依据
pub-grade-from = { $n } 分以上
pub-grade-favour = 在试点、数据申请和政策支持上优先
pub-grade-none = 无特别后果
pub-grade-warn = 提醒或者约谈
pub-grade-terminate = 提醒或者约谈，连续较差的终止授权

act-overdue = 逾期未办
letter-remind-subject = 【大境】{ $noun }“{ $title }”：{ $clock }截止 { $day }
letter-remind-body =
    { $noun }“{ $title }”的{ $clock }将于 { $day } 届满，请及时办理。

    { $link }

deadline-state-running = 计时中
deadline-state-paused = 暂停计时
deadline-state-ended = 已结束

due-title = 即将到期
due-none = 目前没有等您办理的限期事项。
due-col-day = 截止日期
due-col-case = 事项
due-col-clock = 期限
due-col-state = 状态
due-feed = 可以把这些日期订阅到日历软件：
due-feed-link = 生成日历订阅地址
feed-title = 日历订阅地址
feed-lead = 在日历软件中选择“从网址订阅”，填入这一地址。知道地址的人都能看到您的待办日期，请勿转发；泄露时吊销令牌即可。令牌到期后订阅停止更新，请届时另建一个。
feed-name = 大境待办期限
scope-calendar = 订阅待办日历
route-calendar = 本人待办期限的日历（iCalendar）

supply-time = 数据供给时效
supply-time-lead = 各部门答复申请、供给数据和处理问题所用的工作日，由办理记录自动计算；等待申请人的时间不计入。
supply-time-period = 统计 { $from } 至 { $to } 办结的事项。逾期未答复而按规定视为同意的，计为逾期。
pub-col-department = 部门
pub-col-clock = 期限
pub-col-cases = 件数
pub-col-median = 半数不超过（工作日）
pub-col-ninety = 九成不超过（工作日）
pub-col-on_time = 按期率
route-public-supply = 各部门数据供给时效

flow-keeps = 期限连续计算
flow-pauses = 等待申请人期间暂停计时
flow-upon = { $clock }届满未答复，且政策规定由此产生这一结果
turns-title = 按事项和状态
