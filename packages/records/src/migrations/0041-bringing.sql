-- What a runner is still fetching, beside its offer, which is long: of all runners of a pool it is looked at each second.
alter table runner add column bringing json generated always as (offer->'bringing') stored;
