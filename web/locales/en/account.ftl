# Accounts: sign-in, sign-up, one-time links, second factor, sessions, tokens, people and roles
nav-accounts = Accounts
none-yet = (none)

sign-in-email = E-mail
sign-in-password = Password
sign-in-code = One-time code
sign-in-code-hint = If you have set one up, enter it here or on the next page.
sign-in-failed = Not signed in
sign-in-forgot = Forgotten your password?
code-title = Enter your one-time code
code-lead = Your account has a second factor. Open your authenticator and enter the six digits it shows now.
code-hint = Six digits from your authenticator, new every 30 seconds, each used once; or one of your recovery codes.
code-submit = Continue
code-lost = If the device is lost or replaced, type a recovery code; without one, ask the security administrator to remove the second factor.
owes-code = You have not entered your one-time code yet, so your rights stay closed.
owes-code-link = Enter it now

sign-up-lead = { $n ->
    [one] Secondary developers and buyers apply here. The primary operator decides within 1 working day and writes to you.
   *[other] Secondary developers and buyers apply here. The primary operator decides within { $n } working days and writes to you.
 }
sign-up-section-org = Organisation
sign-up-section-person = First person
sign-up-section-person-lead = Signs in with this address. A developer's first person administers the organisation and may invite others.
sign-up-kind = Kind of organisation
sign-up-email = E-mail
sign-up-email-hint = For signing in and for letters.
sign-up-person = Name
sign-up-password = Choose a password
sign-up-password-hint = At least 10 characters; a sentence will do. No common password, and neither your address nor your name in it.
sign-up-agree = I act with the authority of my organisation; what I entered is true and accurate. I know that every act is recorded, and will keep the rules of the authorised operation of public data.
sign-up-submit = Send application
sign-up-sent = Your application has been sent
sign-up-by = Decided by
sign-up-next = What happens next
sign-up-next-1 = The legal desk of the primary operator checks your organisation and approves or refuses it, with reasons, by { $by }.
sign-up-next-2 = Until then you may sign in; developers may enter the records of their people, invite others, and name the data-security officer and department.
sign-up-next-3 = Once approved, buyers may buy data products; developers that have named a data-security officer and department may file demands and answer announcements. If refused, contact the primary operator about the reason given.

reset-title = Reset your password
reset-lead = Enter the address you sign in with; we send you a link that works for one hour.
reset-email = E-mail
reset-submit = Send the link
reset-sent = Check your mail
reset-sent-lead = If that address is registered, a letter is on its way. Its link works once, for one hour.
reset-sent-none = Nothing arrived? Look among the junk, or check the address and ask again.
new-password-title = Choose a new password
new-password-lead = All your sessions and API tokens end; sign in again with the new password. The second factor stays.
new-password-submit = Save the new password

invited-title = Accept the invitation
invited-lead = “{ $org }” invites you ({ $email }) as: { $roles }.
invited-join = Join
invited-known = This address has an account already. Sign in first, then accept.
invited-other = You are signed in as “{ $name }”, but this invitation went to another address. Sign out first, then open this link again.
first-admin-title = Create the system administrator
first-admin-lead = Nobody administers this platform yet. Create the first system administrator, set up the second factor, then enter the organisations.
accept-email = E-mail
accept-name = Name
accept-submit = Create account

factor-title = Second factor
factor-lead = Besides the password, signing in then asks for six digits from your authenticator, so that the password alone opens nothing.
factor-must = Your organisation requires a second factor; its rights open once it is set up.
factor-step-1 = 1. Install an authenticator
factor-step-1-lead = Any authenticator for TOTP (RFC 6238) on your phone will do.
factor-step-2 = 2. Scan the QR code
factor-step-2-lead = Add an account in the authenticator and scan this.
factor-qr = QR code that sets up the one-time code; if you cannot scan it, use the key below.
factor-by-hand = If you cannot scan it, type this key:
factor-step-3 = 3. Confirm with a code
factor-code = One-time code
factor-code-hint = The six digits that the authenticator shows now.
factor-submit = Set up
factor-remove = Remove
factor-is-set = The second factor is set up. Removing it takes one more code, or a recovery code; where your organisation requires it, your rights close at once.
factor-on = Set up
factor-off = Not set up
factor-not_needed = No code needed
factor-passed = Code given
factor-owed = Code owed
factor-missing = Code to be set up

account-lead = Your account, its safety, and your record.
account-held = Until the second factor is set up or given, these roles stay closed: { $roles }.
account-who = Identity
account-safety = Safety
account-change = Change password
account-record = Personal record
account-record-lead = Real name, training and confidentiality agreement are entered by your administrator; without a current record you cannot process data.
account-lang = Language
account-lang-lead = Of pages and letters.
password-title = Password
password-lead = Your sessions on other devices end at once.
password-old = Present password

sessions-title = Sessions
sessions-lead = You are signed in on these devices. End what you do not know, and change your password.
sessions-this = This device
sessions-end = End
sessions-end-others = End all others

tokens-title = API tokens
tokens-lead = A program with a token acts as you, for your organisation. Keep tokens like passwords and revoke those you no longer use.
tokens-none = No tokens yet.
tokens-no-org = Switch to an organisation before you make a token.
tokens-make = Make a token
tokens-make-lead = It works for “{ $org }” only.
tokens-made = Your token
tokens-once = This is the only time it is shown. Copy it now and keep it safe.
tokens-use = Example call
tokens-kept = I have kept it
tokens-revoke = Revoke
tokens-revoke-title = Revoke the token “{ $name }”
tokens-revoke-lead = It stops working at once and for good; programs that use it are shut out.
token-name = Name
token-name-hint = To know it again, such as “portal sync”.
token-scopes = Scopes
token-days = Valid for (days)
token-days-hint = 1 to 365.
scope-read = Read
scope-act = Act (and read)

organisations-lead = You hold roles in these organisations and act for one at a time.
organisations-current = Acting for this one
organisations-switch = Switch
organisations-none = You belong to no organisation.

people-all = People
people-lead = Whoever processes public data is real-name registered, trained and bound to confidentiality.
people-invite = Invite
people-invite-lead = To “{ $org }”, by a letter whose link works once, for 7 days.
people-invited = Open invitations
people-invited-lead = A new invitation to the same address replaces the one before.
people-none-invited = No open invitations.
people-record-lead = Entered by the administrator; every change is recorded.
record-complete = Complete
record-expired = Agreement expired
record-missing = Incomplete
invite-email = E-mail
invite-roles = Roles
role-given-role = Further role

accounts-lead = Find accounts by name or address. The three administrators check each other and take no business step.
accounts-end = End all sessions
accounts-end-lead = On every device; the person may sign in again.
accounts-disable = Disable account
accounts-disable-lead = Sessions, tokens and invitations sent end at once; the person cannot sign in until enabled.
accounts-enable = Enable account
accounts-enable-lead = The person may sign in again; roles stand as they did.
accounts-drop-totp = Remove second factor
accounts-drop-totp-lead = For a lost device; verify who asks first. Sessions and tokens end, and the person sets it up anew.
account-why-reason = Reason
account-why-reason-hint = It goes into the log, for the auditors.
org-enter-lead = Secondary developers and buyers sign up themselves. After entering an organisation, invite its people under “People and roles”.
org-kind = Kind of organisation

interest-lead = Declare whatever ties you to a secondary developer — posts, shares, family — and could affect your judgement; you then stand aside from its cases.
interest-own = Your declared interests
interest-none = None declared.
interest-org = Organisation
interest-note = What ties you to it
interest-note-hint = Such as posts held, shares or family, and since when.

col-person_name = Name
col-email = E-mail
col-roles_held = Roles
col-filed_record = Record
col-device = Device
col-login_address = From
col-signed_in_at = Signed in
col-last_seen_at = Last used
col-used_at = Last used
col-expires_at = Ends
col-scopes = Scopes
col-declared_at = Declared

person-act-set_password = Set password
person-act-set_totp = Set up second factor
person-act-remove_totp = Remove second factor
person-act-disable = Disable account
person-act-enable = Enable account
person-state-changed = Changed
person-state-disabled = Disabled
person-state-enabled = Enabled
session-act-open = Sign in
session-act-pass = Enter code
session-act-switch = Switch organisation
session-act-close = Sign out
session-act-end_others = End other sessions
session-act-lock = Repeated failures
session-state-open = Signed in
session-state-closed = Ended
session-state-slowed = Slowed down
token-act-make = Make token
token-act-revoke = Revoke token
token-state-live = In force
token-state-revoked = Revoked
link-kind-invite = Invitation
link-kind-reset = New password
link-kind-first_admin = First administrator
link-act-make = Make link
link-act-use = Use link
link-act-withdraw = Withdraw
link-state-open = Open
link-state-used = Used
link-state-withdrawn = Withdrawn

fault-password-short = At least { $min } characters
fault-password-common = Too common, or it contains your address or name; choose another
fault-wrong-code = Not the right code; enter what the authenticator shows now
fault-wrong-password = Not the right password

say-password_changed = Password changed; earlier sessions have ended.
say-factor_removed = Second factor removed.
say-session_ended = Sessions ended.
say-token_revoked = Token revoked.
say-invited = Invitation sent.
say-joined = Welcome to your organisation.
say-org_entered = Organisation entered; now invite its people.

letter-link-gone = (the link stood only in the letter sent at the time)
letter-invite-subject = [Dajing] You are invited to “{ $org }”
letter-invite-body =
    Hello,

    { $by } invites you to join “{ $org }” on the platform for the authorised operation of public data.

    Open this link within 7 days to accept. It works once; please do not pass it on:

    { $link }

    If you do not know who invites you, ignore this letter. It was sent automatically; please do not reply.
letter-reset-subject = [Dajing] Reset your password
letter-reset-body =
    Hello,

    somebody asked to reset the password of your account. Open this link within 1 hour to choose a new one. It works once; please do not pass it on:

    { $link }

    If it was not you, ignore this letter; your password stays as it is. This letter was sent automatically; please do not reply.
