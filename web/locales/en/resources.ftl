# Catalogue of data resources
noun-entry = Data resource
nouns-entry = Resource catalogue
entry-new = Enter a data resource
entry-new-lead = Compiled by the source unit; it joins the catalogue of public data resources once the data bureau has reviewed it.
entry-state-drafted = Draft
entry-state-submitted = Under review
entry-state-returned = Returned
entry-state-published = Published
entry-state-withdrawn = Withdrawn
entry-act-enter = Enter
entry-act-import = Import
entry-act-edit = Edit
entry-act-submit = Submit for review
entry-act-return = Return
entry-act-publish = Publish
entry-act-revise = Revise
entry-act-withdraw = Withdraw
entry-title = Name of the resource
entry-title-hint = Unique within the unit's catalogue.
entry-code = Catalogue code
entry-code-hint = The code it has in the unit's own or a higher catalogue.
entry-domain = Domain
entry-summary = Summary
entry-summary-hint = What the data says, and which area and period it covers.
entry-level = Data level
entry-level-hint = The level of general data; it decides in which form data may be supplied.
entry-personal = Holds personal information
entry-personal-hint = Such a resource is not used in authorised operation without the persons' consent.
entry-share = Sharing
entry-share_basis = Basis of conditional or no sharing
entry-share_basis-hint = Name the article of the law, regulation or national rule.
entry-open = Opening
entry-open_basis = Basis of conditional or no opening
entry-open_basis-hint = Name the article of the law, regulation or national rule.
entry-cycle = Update cycle
entry-format = Format
entry-format-hint = For example: database table, CSV file, interface.
entry-access_url = Where it is had
entry-access_url-hint = Address of a download, an interface or a page; to be given for what is open without condition.
entry-fields = Fields
entry-remark = Remark
entry-field-name = Field
entry-field-type = Type
entry-field-meaning = Meaning
entry-field-sensitive = Sensitive
entry-section-class = Level, sharing and opening
entry-section-supply = Supply
entry-is-personal = This resource holds personal information: without consent it is not used in authorised operation.

# Words
domain-manufacturing = Manufacturing
domain-agriculture = Agriculture
domain-commerce = Commerce
domain-transport = Transport
domain-finance = Finance
domain-science = Science and technology
domain-culture_tourism = Culture and tourism
domain-health = Health
domain-emergency = Emergency management
domain-weather = Weather
domain-city = City governance
domain-green = Green and low-carbon
domain-government = Government services
domain-education = Education
domain-livelihood = Livelihood
domain-other = Other
level-l1 = Level 1 (L1)
level-l2 = Level 2 (L2)
level-l3 = Level 3 (L3)
level-l4 = Level 4 (L4)
share-unconditional = Shared without condition
share-conditional = Shared on conditions
share-none = Not shared
open-unconditional = Open without condition
open-conditional = Open on conditions
open-none = Not open
cycle-real_time = Real time
cycle-daily = Daily
cycle-weekly = Weekly
cycle-monthly = Monthly
cycle-quarterly = Quarterly
cycle-half_yearly = Half-yearly
cycle-yearly = Yearly
cycle-irregular = Irregular
cycle-never = No longer updated

# Lists
col-domain = Domain
col-level = Data level
col-source_unit = Source unit
col-updated_at = Updated

# Import
import-entries = Import data resources
import-demands = Import demands
import-scenarios = Import scenarios
import-lead = First see what was understood of the table; nothing is saved before you confirm, and then every row or none.
import-form = Upload a table
import-again = Change the file or the defaults and read again
import-defaults = These defaults stand wherever the table says nothing; what you leave open is taken from the table alone.
import-read = Read the file
import-file = File
import-file-hint = CSV or XLSX, first sheet, at most 5,000 rows and 20 MB.
import-domain = Domain (default)
import-level = Data level (default)
import-share = Sharing (default)
import-share_basis = Basis of sharing (default)
import-open = Opening (default)
import-open_basis = Basis of opening (default)
import-cycle = Update cycle (default)
import-purpose = Purpose (default)
import-product_forms = Product forms (default)
import-unit = Demanding unit (default)
import-contact = Contact (default)
import-found = What the file holds
import-rows = Rows
import-faulty = Rows with faults
import-recognised = Columns understood
import-unknown = Columns not used
import-none = None
import-line = Line
import-faults = To be corrected
import-not-yet = { $n ->
    [one] 1 row needs attention, so nothing can be imported yet. Correct the table and upload it again, or give defaults.
   *[other] { $n } rows need attention, so nothing can be imported yet. Correct the table and upload it again, or give defaults.
 }
import-confirm = { $n ->
    [one] Import 1 row
   *[other] Import { $n } rows
 }
import-more = Only the first 200 rows are shown, those with faults first.
import-entered = { $n ->
    [one] 1 row was imported.
   *[other] { $n } rows were imported.
 }
import-see = See them
route-import = Form for importing a list
route-import-check = Read an uploaded table; saves nothing
route-import-confirm = Import every row of a table, or none
fault-title-taken = The name is in use already
fault-title-repeated = The name stands in line { $line } already
fault-no-title-column = No column for the name was found; check the header
fault-file-unreadable = The file cannot be read; save it as XLSX or as CSV in UTF-8 and upload it again
fault-line-too-long = Line { $line } is too long; check that quotes are closed
