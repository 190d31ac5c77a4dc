# Names of deadlines, and the policy profile

clock-request_assessment = Assessment of a data request
clock-request_consent = Data provider's answer
clock-request_supply = Supply of data
clock-import_approval = Approval of outside data
clock-quality_answer = Answer to a data-quality issue
clock-access_closing = Closing of access
clock-destruction = Destruction of data
clock-share_answer = Answer to a sharing request
clock-share_supply = Supply of shared data
clock-share_dispute = Settlement of a sharing dispute
clock-opening_answer = Answer to a demand for opening
clock-attribute_review = Review of sharing and opening attributes
clock-backflow_answer = Answer to a backflow request
clock-purchase_filing = Filing of purchased data
clock-observer_answer = Answer to an opinion on data
clock-amendment_answer = Answer to an amendment
clock-rectification_check = Check of a rectification
termination-act-waive = Statement not made in time
clock-hearing = Hearing of the holder
pub-figure-bar = Bar from new licences
pub-ground-bars = bars from new licences
clock-termination_decision = Decision on a termination
clock-destruction_check = Check of a destruction
clock-archive_handover = Hand-over to the archive
clock-drill_yearly = Next emergency drill
clock-inspection_answer = Answer to an inspection
clock-evaluation_self = Self-evaluation
clock-evaluation_score = Scoring of an evaluation
clock-evaluation_talk = Talk after an evaluation
clock-closing_report = Closing report on an incident
clock-report_signoff = Sign-off of a report
clock-registration_apply = Application for registration
clock-registration_accept = Acceptance of a registration
clock-registration_review = Review of a registration
clock-registration_notice = Public notice of a registration
clock-registration_cancel = Cancellation of a registration
clock-price_approval = Approval of a price

pub-policy-no-end = no last day is set
pub-policy-other = This is not the policy that the platform runs under.
pub-policy-own = See the policy in force
pub-policy-differences = What differs from the other four
pub-policy-differences-lead = Only what the profiles do not have alike is listed; what differs from the first column is in bold. Choose a place to read its whole profile.
pub-policy-has = yes
pub-policy-ended = “{ $name }” ended on { $day }. What was granted goes on as agreed; new licences need the text that follows it.
pub-policy-ends = “{ $name }” ends on { $day }, in { $n } days.
pub-policy-see = See the policy profile
pub-policy-evaluation = Evaluation
pub-policy-exits = Ways of leaving
pub-policy-grounds = Grounds on which one side ends a licence
pub-policy-archives = Archive and retention
pub-figure-incident_notice = Notice of an incident at once
pub-renewal-anew = no renewal: after the end the holder applies anew
pub-extendable = may be extended with reasons
pub-for-ever = for ever
pub-policy-evaluated = How often, and what follows
pub-evaluation-months = every { $n } months
pub-evaluation-poor = poor { $n } times running ends the licence
pub-evaluation-renewal = the result counts when applying again
pub-grade-from = from { $n } points
pub-grade-favour = preferred in pilots, data requests and support
pub-grade-none = nothing in particular
pub-grade-warn = a reminder or a talk
pub-grade-terminate = a reminder or a talk; poor running ends the licence

act-overdue = Overdue
letter-remind-subject = [Dajing] { $noun } “{ $title }”: { $clock } by { $day }
letter-remind-body =
    { $noun } “{ $title }”: { $clock } ends on { $day }. Please act in time.

    { $link }

deadline-state-running = Running
deadline-state-paused = Waiting
deadline-state-ended = Ended

due-title = Due soon
due-none = Nothing with a deadline waits for you.
due-col-day = Due
due-col-case = Case
due-col-clock = Deadline
due-col-state = State
due-feed = These days can be subscribed to in a calendar program:
due-feed-link = Make a calendar address
feed-title = Calendar address
feed-lead = In your calendar program choose “subscribe by address” and enter this one. Whoever knows it sees your days due: do not pass it on. If it leaks, revoke the token. When the token runs out the calendar stops being updated: make a new one then.
feed-name = Dajing: days due
scope-calendar = Subscribe to the calendar of days due
route-calendar = One's own days due as a calendar (iCalendar)

supply-time = Time of supply
supply-time-lead = Working days that each department took to answer requests, to supply data and to settle issues, computed from the record; time spent waiting for the applicant does not count.
supply-time-period = Cases that ended from { $from } to { $to }. Where silence was taken as consent, the case counts as late.
pub-col-department = Department
pub-col-clock = Deadline
pub-col-cases = Cases
pub-col-median = Half within (working days)
pub-col-ninety = Nine in ten within (working days)
pub-col-on_time = On time
route-public-supply = Time of supply by department

flow-keeps = the clock goes on
flow-pauses = the clock waits for the applicant
flow-upon = when “{ $clock }” passes unanswered, where the policy says so
turns-title = By kind and state
