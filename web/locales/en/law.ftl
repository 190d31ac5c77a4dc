law-title = Law and platform
law-lead = Each article of the policy in force, and which steps, values and tests of this platform carry it; a duty that nothing carries is marked.
law-duties = { $n ->
    [one] { $n } article lays down a duty for software,
   *[other] { $n } articles lay down a duty for software,
  }
law-carried = { $n ->
    [one] { $n } is carried.
   *[other] { $n } are carried.
  }
law-requires = Requires
law-steps = Steps and values that carry it
law-tests = Tests
law-tested = { $n ->
    [one] { $n } test
   *[other] { $n } tests
  }
law-values = { $n ->
    [one] { $n } value
   *[other] { $n } values
  }
law-open = Not carried yet
law-kind-duty = Duty
law-kind-principle = Principle
law-kind-definition = Terms and scope
law-kind-organisation = Organisation
route-public-law = What carries each article of the policy in force
# Short names of the texts cited
text-zhangjiakou = Zhangjiakou Measures
text-beijing = Beijing Measures
text-nanjing = Nanjing Measures
text-zhejiang = Zhejiang Measures
text-xicheng = Xicheng Rules
text-pricing = Pricing Notice
text-registration = Registration Measures
text-operation = Operation Specification
text-disclosure = Disclosure Notice
text-network = Network Data Security Regulation
text-personal = Personal Information Protection Law
text-bidding = Tendering and Bidding Law
text-procurement = Government Procurement Law
text-cyber = Cybersecurity Law
