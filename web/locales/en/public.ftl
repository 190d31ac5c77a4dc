# Public pages
pub-home-lead = Public data, licensed scenario by scenario, in the open: find products, read announcements, verify numbers.
pub-home-search = Search products, scenarios, announcements, licences, disclosures
pub-numbers = At a glance
pub-number-scenarios = published scenarios
pub-number-licences = licences in force
pub-number-products = products on offer
pub-number-public-good = public-benefit products
pub-overdue = These disclosures are overdue:
pub-overdue-line = { $n ->
    [one] 1 disclosure is overdue: { $names }.
   *[other] { $n } disclosures are overdue: { $names }.
    }
pub-due-on = due on
pub-newest-calls = Newest announcements
pub-no-calls = There is no announcement yet.
pub-all-calls = All announcements
pub-newest-disclosures = Latest disclosures
pub-no-disclosures = Nothing has been disclosed yet.
pub-all-disclosures = All disclosures
pub-how = How to take part in five steps
pub-more-help = Help for every kind of user
pub-step-1 = Read the announcement
pub-step-1-text = Conditions, papers, criteria and the deadline are public; questions are answered for everybody.
pub-step-2 = Sign up
pub-step-2-text = Enter your organisation, name a data-security officer, keep your papers; the primary operator approves.
pub-step-3 = Apply
pub-step-3-text = One application per scenario. Bids stay sealed until the opening; experts score independently; the result is published.
pub-step-4 = Be licensed
pub-step-4-text = After filing, agreement and emergency plan the licence comes into force, for three years at most.
pub-step-5 = Offer products
pub-step-5-text = Develop inside the operating domain, pass the review, file the price, list, and disclose regularly.
# Shared
pub-scenarios = Scenario catalogue
pub-scenarios-lead = Published after the coordination office has decided on each class; only scenarios listed here are announced and licensed.
pub-announcements = Announcements
pub-announcements-lead = Conditions, deadlines, answers and results of every call. All times are Beijing time (UTC+8).
pub-resources = Catalogue of data resources
pub-resources-lead = Entries compiled by the departments and published by the data bureau; the catalogue, never the data.
pub-products = Product catalogue
pub-products-lead = Data products and services on offer: reviewed, under a licence in force, with a price on file.
pub-licences = Register of licences
pub-licences-lead = Holder, content, scope and term of every licence, the suspended and ended ones included.
pub-prices = Register of prices
pub-prices-lead = Every price on file with its basis and scope of use, the earlier ones included.
pub-disclosures = Disclosures
pub-disclosures-lead = What the primary operator and the developers publish regularly; a superseded edition stays readable.
pub-glossary = Glossary
pub-glossary-lead = The terms of the policies in Chinese, in English, and as programs call them.
pub-suggest = Suggest a scenario
pub-free = free of charge
pub-paid = may be charged for
pub-term = Term
pub-from-day = from { $day }
pub-to-day = to { $day }
pub-term-passed = { $n }% of the term has passed
pub-term-ended = Ended on { $day }
pub-years = { $n ->
    [one] 1 year
   *[other] { $n } years
    }
pub-months = { $n ->
    [one] 1 month
   *[other] { $n } months
    }
pub-days = { $n ->
    [one] 1 day
   *[other] { $n } days
    }
pub-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
    }
pub-people = { $n ->
    [one] 1 person
   *[other] { $n } people
    }
pub-times = { $n ->
    [one] once
   *[other] { $n } times
    }
pub-working-days = { $n ->
    [one] 1 working day
   *[other] { $n } working days
    }
pub-edition = edition { $n }
pub-copy = Copy
pub-copied = Copied
pub-print = Print
pub-contact = Contact
pub-personal = Holds personal data
pub-personal-text = Used only with each person's real and specific authorisation.
# Columns
pub-col-name = Name
pub-col-title = Title
pub-col-serial = Number
pub-col-domain = Field
pub-col-purpose = Purpose
pub-col-product_forms = Forms of products
pub-col-published_on = Published
pub-col-state = State
pub-col-standing = State
pub-col-deadline = Deadline
pub-col-opening = Opening
pub-col-method = Method
pub-col-scenario = Scenario
pub-col-contact = Contact
pub-col-rank = Rank
pub-col-bidder = Bidder
pub-col-total = Score
pub-col-result = Result
pub-col-criterion = Criterion
pub-col-weight = Weight (%)
pub-col-code = Catalogue code
pub-col-unit = Source unit
pub-col-level = Data level
pub-col-share = Sharing
pub-col-open = Opening
pub-col-cycle = Update cycle
pub-col-format = Format
pub-col-updated = Updated
pub-col-field = Field
pub-col-type = Type
pub-col-meaning = Meaning
pub-col-sensitive = Sensitive
pub-col-form = Form
pub-col-tariff = Tariff
pub-col-summary = What it is for
pub-col-holder = Holder
pub-col-credit_code = Unified social credit code
pub-col-price = Price
pub-col-coverage = Coverage
pub-col-licence = Licence
pub-col-version = Version
pub-col-listed_on = Listed
pub-col-made_at = Submitted
pub-col-digest = Digest (SHA-256)
pub-col-scope = Scope
pub-col-resources = Data resources
pub-col-from = From
pub-col-to = To
pub-col-term = Term
pub-col-in_force_at = Countersigned
pub-col-product = Product
pub-col-effective_on = Effective
pub-col-basis = Basis
pub-col-scenario_use = Scenario of use
pub-col-use_scope = Scope and manner of use
pub-col-discloser = Disclosed by
pub-col-kind = Kind
pub-col-period = Period
pub-col-edition = Edition
pub-col-on_offer = On offer
pub-col-since = Since
pub-col-until = Used until
pub-col-zh = Chinese
pub-col-en = English
pub-col-identifier = Identifier
pub-col-item = Item
pub-col-says = What it says
pub-col-role = Role
pub-col-email = E-mail
pub-col-code_now = One-time code now
# Scenarios
pub-scenario-withdrawn = This scenario has left the catalogue: no new announcement is made; licences already granted go on.
pub-scenario-what = What it is for
pub-scenario-value = Expected effect
pub-scenario-data = Categories of data
pub-scenario-data-hint = Categories and catalogue entries only; raw data is never shown.
pub-scenario-no-data = Not named yet.
pub-safeguards = Safeguards
pub-scenario-products = Products grown from it
pub-scenario-no-licence = No licence has been granted for it yet.
pub-scenario-no-product = No product is on offer yet.
pub-scenario-no-call = Nothing has been announced for it yet.
# Announcements
pub-apply = Apply
pub-invited-only = invited organisations only
pub-shanghai-time = Beijing time
pub-terms = What is granted
pub-fee = Service fee
pub-entries = Data resources
pub-conditions = Conditions of admission
pub-materials = Application documents
pub-criteria = Criteria
pub-pass-mark = Pass mark:
pub-attachments = Attachments
pub-no-attachments = None.
pub-questions = Questions and answers
pub-questions-lead = Questions and answers are public; who asked is not shown.
pub-no-questions = No question has been answered yet.
pub-q = Q:
pub-a = A:
pub-ask = Ask a question
pub-ask-hint = Do not name your organisation: the question is published with its answer.
pub-ask-send = Send the question
pub-ask-sign-in = Sign in to ask
pub-result = Result
pub-result-noticed = The result is open to objections until
pub-result-awarded = The result is final.
pub-wins = selected
pub-loses = not selected
pub-below-mark = below the pass mark
pub-experts = { $n ->
    [one] Scored by 1 expert.
   *[other] Scored by { $n } experts independently.
    }
pub-objections = Objections:
pub-object = Object to this result
pub-object-sign-in = Sign in to object
pub-object-grounds = Facts and grounds
pub-object-request = What you ask for
pub-object-evidence = Evidence
pub-object-contact = How to reach you
pub-object-send = File the objection
# Resources
pub-summary = Summary
pub-attributes = Attributes and supply
pub-supply = May be supplied as
pub-supply-none = not supplied as a rule
pub-on-approval = on approval:
pub-fields = Fields
pub-no-fields = No fields are listed.
# Products
pub-no-products = No product on offer matches.
pub-facet-off = (chosen; follow to remove)
pub-on-offer = on offer
pub-contact-title = Questions and reports
pub-contact-none = Its developer names no public contact.
pub-report-product = Report a problem with this product
pub-off-offer = not on offer
pub-effective = in force from { $day }, when it was signed
pub-delivery = Delivery
pub-interface = Interface
pub-usage = Example call
pub-sample = Sample
pub-masked = masked sample
pub-masked-text = The sample is masked or made up; it is not raw data and identifies nobody.
pub-sources = Sources
pub-external = Other sources
pub-limits = Scope and limits of use
pub-use-scope = Scope and manner of use
pub-effect = Effect of use
pub-versions = Versions
pub-price-history = Prices on file
pub-price-current = current
pub-price-coming = to come
pub-price-past = replaced
pub-cite = Cite
pub-cite-text = { $holder }. { $title }, version { $version }. { $site }, { $day }. { $serial }. { $address }
pub-digest-of-version = Digest of this version
# Licences
pub-standing-in_force = In force
pub-standing-not_begun = Not begun
pub-standing-suspended = Suspended
pub-standing-ended = Ended
pub-licence-title = Licence to operate public data resources
pub-licence-suspended = This licence is suspended.
pub-licence-suspended-text = Until rectification is verified, access to the operating domain is closed and its products are off the shelf.
pub-licence-ended = This licence has ended.
pub-licence-products = { $n ->
    [one] 1 product on offer by this holder for this scenario
   *[other] { $n } products on offer by this holder for this scenario
    }
pub-qr = QR code for verification
pub-qr-text = Scan the code or enter the number to verify how it stands now:
pub-shown-on = Shown on
# Disclosures
pub-as-of = As of
pub-disclosed-licences = Licences
pub-disclosed-products = Products and services
pub-disclosed-resources = Use of data resources
pub-editions = All editions
pub-superseded = This edition has been superseded.
pub-superseded-link = Read the current edition
pub-digest-how = Download the JSON text: its SHA-256 is the digest above.
pub-interim = Published during its period, which ends on { $day }: it shows how things stood then. The whole period is still to be disclosed once it is over.
pub-digest-broken = What is stored no longer matches the digest taken at publication; do not rely on it.
pub-list-cut = The page shows the first 200 rows; the files hold all.
pub-remark = Remarks
# Verification
pub-verify = Verify
pub-verify-lead = Enter the number on a paper to see what it is and whether it holds today.
pub-verify-number = Number
pub-verify-hint = Any kind of bracket will do; spaces do not matter.
pub-verify-holds = On the register, and it holds today.
pub-verify-holds-not = On the register, but it cannot be relied on today.
pub-verify-unknown = This number is on no register:
pub-verify-unknown-text = Check the number. If it stands on a paper you were given, the paper may be forged: contact the primary operator.
pub-verify-incomplete = This number is incomplete
pub-verify-incomplete-text = Enter it in full, as it stands on the paper: the letters, the year in brackets, and the figure.
pub-verify-elsewhere = Numbers of this kind are not checked here:
pub-verify-elsewhere-text = This page checks the kinds of numbers listed below. Look for other papers in their own section of this site, or ask whoever issued them.
pub-disclosed-by = Disclosed by
pub-for-programs = For programs:
pub-verify-kinds = Numbers that can be verified
pub-checked-at = Checked at
pub-kind-licence = Licence
pub-kind-product = Product
pub-kind-price = Price filing
pub-kind-announcement = Announcement
pub-kind-disclosure = Disclosure
pub-kind-scenario = Scenario
# Policy
pub-policy = Policy in force
pub-policy-lead = The platform works by this profile: each figure, list and wording names the article it rests on, or where it comes from.
pub-policy-issuer = Issued by
pub-policy-in-force = In force
pub-policy-version = Profile
pub-policy-founded = { $n ->
    [one] 1 value is fixed by the article cited.
   *[other] { $n } values are fixed by the articles cited.
    }
pub-policy-likened = { $n ->
    [one] 1 follows another text or common practice.
   *[other] { $n } follow another text or common practice.
    }
pub-policy-proposed = { $n ->
    [one] 1 is a proposal, to be settled by the coordination office.
   *[other] { $n } are proposals, to be settled by the coordination office.
    }
pub-policy-figures = Figures
pub-policy-deadlines = Deadlines
pub-policy-purposes = Purposes and fees
pub-policy-supplies = Supply by level
pub-policy-conditions = Conditions of admission
pub-policy-materials = Application documents
pub-policy-clauses = Clauses of the agreement
pub-policy-points = Points of the compliance review
pub-policy-reports = Disclosures and reports
pub-policy-personal = Before personal data is used
pub-policy-personnel = People who process data
pub-policy-texts = Texts cited
pub-source-analogy = by analogy
pub-source-practice = common practice
pub-source-proposal = proposal
pub-figure-term_cap = Longest term of a licence
pub-figure-log_retention = Retention of logs
pub-figure-record_retention = Retention of records
pub-figure-correction_rounds = Rounds of correction
pub-figure-incident_report = Report of an incident
pub-figure-warn_before_end = Warning before the policy ends
pub-figure-reviewers = Reviewers of a product
pub-figure-renewal = Application for renewal
pub-figure-panel = Panel of experts
pub-renewal-within = (within that time before the end)
pub-renewal-at_least = (at least that long before the end)
pub-panel-least = at least { $n }
pub-panel-odd = , an odd number
pub-silence-escalate = when late, the coordination office is told
pub-silence-lapse = what is not done by then lapses
pub-silence-consent = silence is consent
pub-material-expires = must name its day of expiry
pub-material-dossier = may be taken from the dossier
pub-report-public = the public
pub-report-authority = the authorities
pub-report-year = yearly
pub-report-quarter = quarterly
pub-report-due = { $n ->
    [one] within 1 month of the period's end
   *[other] within { $n } months of the period's end
    }
# Refusals
pub-refusals = Refusals explained
pub-refusals-lead = Every refusal says why, under which article, and what would help; problems sent to programs point here. Words in 〈〉 are filled in case by case.
pub-remedy = What helps:
pub-refusal-wrong-role = This step belongs to another role.
pub-refusal-faulty = Some entries do not hold; each is named.
pub-refusal-sealed = Bids are sealed until the opening; nobody can read them before.
pub-refusal-too-late = The deadline has passed.
pub-refusal-too-many = Too many attempts; try again a little later.
pub-refusal-unknown-year = The holidays of that year are not announced yet, so working days cannot be counted.
# Accessibility
pub-access-lead = The platform is built to WCAG 2.2 level AA and GB/T 37668-2019.
pub-access-holds = What holds
pub-access-1 = Everything can be done with the keyboard alone; focus is visible; each page begins with a link to its content.
pub-access-2 = Every page and every act works without scripts.
pub-access-3 = Three sizes of type and a high-contrast palette, kept from page to page.
pub-access-4 = At a width of 320 pixels nothing is lost and nothing scrolls sideways.
pub-access-5 = States and deadlines are said in words, never by colour alone.
pub-access-6 = Pictures have a text, and words or a table beside them say the same.
pub-access-7 = Faults are listed at the top with links to each field, and nothing typed is lost.
pub-access-8 = No pop-ups, nothing that plays by itself, no timed acts, no picture puzzles.
pub-access-limits = Known limits
pub-access-limit-1 = Files uploaded by organisations (PDF, OFD and others) may fall short; their makers answer for them.
pub-access-limit-2 = In the English pages, what organisations wrote stands in Chinese.
pub-access-contact = Tell us if something keeps you out.
# Demo
pub-demo-lead = These accounts are for the demonstration only; organisations, people and data are invented. Choose a role and sign in.
pub-demo-password = Password of every account:
pub-demo-code = One-time codes change every 30 seconds: reload this page when one is refused.
pub-demo-none = There are no demo accounts.
# Help
pub-help-lead = How each kind of user takes part. Who does each step, under which article and within how many days stands in the step tables and the policy.
pub-help-contents = Contents
pub-help-public = The public
pub-help-public-1 = Without signing in you may read scenarios, announcements, licences, products, prices and disclosures, and take them away as CSV, XLSX or JSON.
pub-help-public-2 = When you are shown a licence, a product or a price, check its number under “Verify a number”.
pub-help-public-3 = Once registered you may suggest a scenario; it is merged into a class, decided on, and answered.
pub-help-public-4 = While a call is open you may ask; the answer is for everybody and the asker is not shown.
pub-help-public-5 = While a result is open to objections you may object; nothing is final before you are answered.
pub-help-developer = Developers: from sign-up to application
pub-help-developer-1 = Sign up with your unified social credit code and wait for approval.
pub-help-developer-2 = Name a data-security officer and department; record real name, training and confidentiality agreement of everybody who handles data.
pub-help-developer-3 = Keep your papers once in the dossier and cite them in every bid; you are warned before one expires.
pub-help-developer-4 = Choose “Apply” on an announcement and work through the task list; drafts are kept.
pub-help-developer-5 = Until the deadline you may withdraw and replace it. Once in, it is sealed until the opening, for the primary operator as well.
pub-help-developer-6 = After the opening admission is checked, experts score independently, and the ranking is computed from the published weights and published.
pub-help-licence = Getting and keeping a licence
pub-help-licence-1 = When you are selected, the primary operator files with the coordination office and drafts the agreement.
pub-help-licence-2 = File the emergency plan of this licence (one licence, one plan), then countersign: the licence is in force.
pub-help-licence-3 = One scenario, one licence, three years at most, never passed on; renewal is applied for in the last three months.
pub-help-licence-4 = When it is suspended, access closes at once; it opens again once rectification is verified, or the licence ends and the data is destroyed.
pub-help-product = Making and offering products
pub-help-product-1 = Start a product under a licence in force; its sources come from the resources named in the licence.
pub-help-product-2 = Give a masked sample, and say why raw data cannot be rebuilt from the product.
pub-help-product-3 = Two reviewers judge five points independently; a return names every point, and each is answered before you submit again.
pub-help-product-4 = File the price with its basis, scenario, scope and effect; public governance and welfare are free.
pub-help-product-5 = Once approved and priced, list it: it stands in the public catalogue.
pub-help-product-6 = A change makes a new version; until it is approved the catalogue shows the old one.
pub-help-disclosure = Disclosure
pub-help-disclosure-1 = Build the draft when it is due: the lists come from the record; you may add notes, never change figures.
pub-help-disclosure-2 = Publication takes a digest; a correction is a new edition, and the old one stays readable.
pub-help-disclosure-3 = Whoever is late is named on the home page.
pub-help-buyer = Buyers
pub-help-buyer-1 = Narrow the catalogue by field, form, purpose and tariff.
pub-help-buyer-2 = Read its licence, limits of use and prices on file before you contact the holder.
pub-help-buyer-3 = A product serves only its approved scenario, within the scope on file.
pub-help-source = Source units
pub-help-source-1 = Compile catalogue entries, one by one or from a spreadsheet.
pub-help-source-2 = Give each entry its level, sharing and opening attribute, with the legal basis.
pub-help-source-3 = Submit it to the data bureau; once approved it is published.
pub-help-source-4 = Revise it when it changes; withdraw, with the reason, what must not be operated.
pub-help-primary = Primary operator
pub-help-primary-1 = Scenario desk: merge demands into classes, submit them to the office, publish them.
pub-help-primary-2 = Scenario desk: draft and publish announcements, answer questions in time.
pub-help-primary-3 = Legal desk: open at the time, check admission, call experts, publish the result, answer objections, award.
pub-help-primary-4 = Legal desk: file before the grant, draft and sign the agreement, suspend, resume and end licences.
pub-help-primary-5 = Reviewers: claim a review, judge the five points apart, stand aside when you have an interest.
pub-help-primary-6 = Finance desk: receive or return price filings.
pub-help-primary-7 = The primary operator makes no product itself, and its affiliates hold no licence.
pub-help-office = Coordination office and authorities
pub-help-office-1 = Office: decide on each class of scenario, approve, return or refuse, with reasons.
pub-help-office-2 = Office: receive filings before a grant; return or object where needed.
pub-help-office-3 = Office: may order a licence suspended, resumed or ended; what it suspended only it resumes.
pub-help-office-4 = The data bureau reviews the catalogue; industry regulators read what concerns their field.
pub-help-expert = Experts
pub-help-expert-1 = Declare your interests before you accept; stand aside when you have one.
pub-help-expert-2 = Score each criterion of the announcement; scores stay unseen until all are in.
pub-help-expert-3 = A submitted score cannot be changed.
pub-help-auditor = Auditors
pub-help-auditor-1 = Every record may be searched by person, organisation, matter and time; the search itself is recorded.
pub-help-auditor-2 = Records are chained by digests and can be verified at any time.
pub-help-auditor-3 = You read; you take no part.
pub-help-log = The public log and how to check it
pub-help-log-1 = Every public act — calls, filings, licences, products, prices, disclosures, evaluations — stands in a public log that can only grow; “Public log no. N” on a public page leads to its record.
pub-help-log-2 = A receipt (.tlog-proof) proves that an act stands in the log: paste it or take it from its file on “Check a receipt”, or check it on your own computer with the commands on the record’s page.
pub-help-log-3 = Keep a checkpoint; comparing with it later (--since) shows whether the log was rewritten.
pub-help-log-4 = Witnesses are independent organisations that countersign checkpoints; the first page of the log names them.
pub-help-log-5 = What is personal or not public stands there as salted digests only; whoever may read the case finds the text and the salts on its page and can hand the opening to others.
pub-help-programs = Programs
pub-help-programs-1 = Every page answers JSON to Accept: application/json; lists also take ?format=json, csv or xlsx.
pub-help-programs-2 = /openapi.json describes every address, made from the table that serves it.
pub-help-programs-3 = Make a token under “My account” and send it as Authorization: Bearer.
pub-help-programs-4 = Send an Idempotency-Key with acts, so that a repeat is done once; problems follow RFC 9457.
pub-help-keys = Keys
pub-help-keys-1 = / goes to the search field.
pub-help-keys-2 = ? opens this help.
pub-help-keys-3 = In work lists j and k move, Enter opens; Esc closes a menu.
# Routes
route-public-scenarios = The scenario catalogue
route-public-scenario = One scenario
route-public-announcements = Announcements
route-public-announcement = One announcement
route-public-resources = The catalogue of data resources
route-public-resource = One entry of the catalogue
route-public-products = The product catalogue
route-public-product = One product
route-public-sample = The masked sample of a product
route-public-licences = The register of licences
route-public-licence = One licence
route-public-prices = The register of prices
route-public-disclosures = Disclosures
route-public-disclosure = One disclosure
route-public-verify = Verification of a number
route-public-help = Help
route-public-refusals = Refusals explained
route-public-glossary = Glossary
route-public-accessibility = Accessibility statement
route-public-policy = The policy in force
route-public-demo = Demo accounts
pub-demo-enter = Step in
route-public-demo-enter = Step into a demo account
