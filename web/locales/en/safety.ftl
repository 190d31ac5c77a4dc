# Acts that cannot be taken back, withdrawn interests, keys and recovery codes
for-good = This cannot be undone. Please check before you confirm.
for-good-heading = You are about to: { $act }
for-good-submit = Confirm: { $act }
for-good-announcement-publish = Once published, the announcement is public; it can be neither changed nor taken back, only cancelled with a reason.
for-good-announcement-open = Opening unseals every application; they cannot be sealed again.
for-good-announcement-notice = Once the result is posted it is public and the time for objections runs; it cannot be taken back.
for-good-announcement-award = Winners and losers are told at once; the result cannot be changed afterwards.
for-good-announcement-fail = A failed selection ends this announcement for good; a new one has to be published.
for-good-announcement-cancel = Cancelling ends this announcement for good and voids every application made under it.
for-good-licence-countersign = The agreement binds from the moment you sign and cannot be taken back.
for-good-licence-end = The licence ends at once and access to the data closes. It cannot be brought back; a new one has to be applied for.
for-good-licence-drop = The grant is given up and cannot be brought back.
for-good-disclosure-publish = Once published, the list is public; it can be neither changed nor taken back. A correction is a new edition that replaces it, and this one is kept.
for-good-product-withdraw = A withdrawn product can be neither submitted nor listed again; it has to be entered anew.
interest-act-withdraw = Withdraw declaration
interest-state-withdrawn = Withdrawn
interest-stands = Stands
interest-withdraw-lead = Withdraw the declaration about “{ $org }” when nothing ties you to it any more. You may then act in its cases; the declaration and the day of its withdrawal stay on record.
interest-withdraw-reason = What has ended the tie
interest-withdraw-reason-hint = Such as when a post was left or shares were sold.
col-withdrawn_at = Withdrawn
route-interest-withdraw-page = Form to withdraw a declared interest
route-interest-withdraw = Withdraw a declared interest of one's own
recovery-title = Recovery codes
recovery-lead = When the device with your one-time codes is lost or broken, a recovery code signs you in instead. Each counts once, and a letter tells you whenever one is used.
recovery-once = The codes are shown this once. Print them or write them down now, and keep them apart from the device.
recovery-kept = I have kept them
recovery-make = Make new recovery codes
recovery-left = { $n ->
    [one] One recovery code is left. Once new ones are made it no longer counts.
   *[other] { $n } recovery codes are left. Once new ones are made, those before no longer count.
 }
route-recovery = Make new recovery codes, shown once
person-act-make_recovery = Make recovery codes
person-act-use_recovery = Use a recovery code
