"""The vocabulary of the bench: words of public data by domain, drawn so that few are common and most are rare (Zipf)."""

import itertools
import random

# Two-character words of each domain (the keys are the platform's own words for domains).
DOMAINS = {
    "manufacturing": "车间 机床 焊接 铸造 装配 质检 产线 零件 模具 轴承 电机 阀门 能耗 良率 工单 排程 备件 钢材 铝材 玻璃 陶瓷 橡胶 化工 涂料 仓储",
    "agriculture": "耕地 墒情 播种 灌溉 化肥 农药 小麦 玉米 土豆 燕麦 莜麦 蔬菜 果园 葡萄 牧草 奶牛 羊群 渔业 农机 合作 收购 种子 病害 虫情 产地",
    "commerce": "商圈 店铺 客流 零售 批发 菜价 超市 夜市 外卖 快递 包裹 冷链 电商 直播 会员 积分 促销 退货 供货 库存 品牌 餐饮 住宿 租金 展会",
    "transport": "停车 泊位 路段 路口 拥堵 车速 公交 地铁 出租 网约 货车 客运 班线 站点 换乘 里程 事故 违章 限行 桥梁 隧道 高速 收费 信控 路况",
    "finance": "信贷 授信 抵押 担保 纳税 发票 社保 公积 利率 逾期 保险 理赔 征信 评分 账户 流水 融资 债券 基金 股权 投资 补贴 贴息 风控 普惠",
    "science": "专利 论文 实验 仪器 课题 样本 观测 算力 模型 算法 数据 标注 语料 试剂 中试 成果 转化 孵化 院所 人才 团队 经费 平台 标准 检测",
    "culture_tourism": "景区 门票 游客 滑雪 雪场 雪道 民宿 酒店 演出 展览 博物 古迹 长城 非遗 剪纸 庙会 研学 导览 线路 客源 热度 评价 航班 露营 温泉",
    "health": "门诊 住院 床位 挂号 医保 药品 处方 检验 影像 慢病 血压 血糖 疫苗 接种 急救 护理 康复 体检 妇幼 老年 医师 护士 科室 病种 费用",
    "emergency": "预警 火警 消防 水位 洪水 山洪 地震 滑坡 泥石 避险 物资 救援 队伍 演练 值守 隐患 巡查 危化 矿山 尾矿 森林 草原 雷电 冰雪 疏散",
    "weather": "气温 降水 降雪 风速 风向 湿度 气压 能见 云量 辐射 日照 霜冻 寒潮 大风 沙尘 雾霾 雷暴 积雪 冻土 蒸发 雨量 站网 雷达 卫星 预报",
    "city": "街道 社区 网格 井盖 路灯 绿地 公园 广场 供水 供热 燃气 排水 管网 垃圾 清运 工地 扬尘 噪声 热线 投诉 巡检 楼栋 电梯 物业 违建",
    "green": "碳排 碳汇 风电 光伏 储能 充电 电价 负荷 用电 用水 用煤 废气 废水 废渣 水质 断面 土壤 湿地 植被 林地 树种 空气 臭氧 颗粒 回收",
    "government": "办件 窗口 证照 许可 备案 审批 公告 招标 中标 采购 预算 决算 信用 处罚 抽查 名录 法人 登记 注销 变更 公证 档案 地名 门牌 户籍",
    "education": "学校 学位 学区 招生 班级 教师 课程 教材 考试 成绩 图书 校车 食堂 宿舍 职教 实训 就业 毕业 幼儿 托育 培训 社团 体育 近视 午餐",
    "livelihood": "低保 救助 养老 助餐 残疾 托养 婚姻 殡葬 社工 志愿 慈善 捐赠 住房 保障 公租 租赁 物价 粮油 蛋奶 家政 维修 失业 技能 岗位 薪酬",
    "other": "统计 普查 人口 家庭 企业 个体 产业 园区 项目 投产 用地 规划 测绘 影像 坐标 高程 地块 边界 年鉴 指标 口径 目录 清单 编码 主题",
}
# What is said of them: with a word of two characters they make one of three or four.
ENDINGS = "量 率 表 图 点 区 指数 分布 总量 均值 峰值 趋势 预测 评分 等级 时段 明细 清单 画像 热力 排名 占比 波动 频次"
COMMON = "提供 按照 统计 更新 用于 支持 分析 结果 汇总 脱敏 分组 覆盖 每日 网格 全市 城区 县区 乡镇 服务 管理 监测 决策 参考 公众 企业 查询 发布 接入 使用 范围"


def vocabulary(seed):
    """All words, most common first, with the cumulated weights to draw them by."""
    rng = random.Random(seed)
    pairs = [w for text in DOMAINS.values() for w in text.split()]
    made = [a + b for a, b in itertools.product(dict.fromkeys(pairs), ENDINGS.split())]
    rng.shuffle(made)
    rest = list(dict.fromkeys(pairs)) + made[:3000]
    rng.shuffle(rest)
    words = list(dict.fromkeys(COMMON.split() + rest))
    weights = list(itertools.accumulate(1 / (rank + 4) for rank in range(len(words))))
    return words, weights


def pairs_of_characters(seed):
    """Every two neighbouring characters of a word: what a person may type who knows only a part of it."""
    words, _ = vocabulary(seed)
    return sorted({w[i : i + 2] for w in words for i in range(len(w) - 1)})
