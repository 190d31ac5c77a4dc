-- The catalogue for programs goes page by page through what is or was on offer, and asks what has changed since a day.
CREATE INDEX product_once_listed ON product (id) WHERE listed_at IS NOT NULL;
CREATE INDEX product_updated ON product (updated_at) WHERE listed_at IS NOT NULL;
CREATE INDEX licence_updated ON licence (updated_at);
CREATE INDEX licence_ends ON licence (to_on);
CREATE INDEX licence_begins ON licence (from_on);
CREATE INDEX pricing_updated ON pricing (updated_at);
CREATE INDEX pricing_effective ON pricing (effective_on);
CREATE INDEX rectification_updated ON rectification (updated_at);
CREATE INDEX org_updated ON org (updated_at);
CREATE INDEX registration_updated ON registration (updated_at);
-- The public statistics look at the last twelve months.
CREATE INDEX deadline_ended ON deadline (state, ended_on);
CREATE INDEX review_updated ON review (updated_at);
