-- Every voucher with what the control needs to know of it at the cutoff: its type, whether its use is in scope, whether
-- it has expired, and whether it was still active. `to_date` decides over `is_valid` where it is there.
SELECT
    v.company,
    v.id,
    v.business_use,
    u.voucher_type,
    coalesce(u.in_scope, 0) = 1 AS in_scope,
    v.is_valid,
    v.to_date,
    CASE
        WHEN v.to_date IS NOT NULL THEN v.to_date < cast($cutoff_end AS timestamp)
        ELSE coalesce(v.is_valid, '') <> 'valid'
    END AS expired,
    v.is_active,
    coalesce(v.voucher_inactive_date, v.template_inactive_date) AS inactive_at,
    v.is_active
        OR coalesce(
            coalesce(v.voucher_inactive_date, v.template_inactive_date) >= cast($cutoff_end AS timestamp),
            FALSE
        ) AS active_at_cutoff,
    v.created_at,
    v.discount_amount,
    v.remaining_amount,
    v.total_amount_used
FROM ipe_08 AS v
LEFT JOIN voucher_uses AS u ON u.business_use = v.business_use
