-- The vouchers that are owed: non-marketing, not expired, active at the cutoff.
SELECT
    v.company,
    v.id,
    v.business_use,
    v.voucher_type,
    v.created_at,
    v.to_date,
    v.inactive_at,
    v.remaining_amount,
    CASE
        WHEN NOT v.in_scope THEN 'marketing_voucher'
        WHEN v.expired THEN 'expired'
        WHEN NOT v.active_at_cutoff THEN 'inactive'
    END AS removed
FROM vouchers AS v
