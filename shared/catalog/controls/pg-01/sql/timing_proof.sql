-- Vouchers created in the last twelve months and no longer active: usage that operations already shows, less usage
-- that was delivered and so is in the ledger.
WITH used AS (
    SELECT j.company, j.voucher_id, sum(j.amount_used) AS amount
    FROM jdash_scope AS j
    GROUP BY j.company, j.voucher_id
)
SELECT
    v.company,
    v.id AS voucher_id,
    v.business_use,
    v.created_at,
    cast(coalesce(u.amount, 0) AS decimal(38, 10)) AS jdash_used_lcy,
    v.total_amount_used AS delivered_used_lcy,
    cast(coalesce(u.amount, 0) - v.total_amount_used AS decimal(38, 10)) AS difference_lcy,
    cast(v.total_amount_used - coalesce(u.amount, 0) AS decimal(38, 10)) AS bridge_lcy
FROM vouchers AS v
LEFT JOIN used AS u ON u.company = v.company AND u.voucher_id = v.id
WHERE v.in_scope
    AND NOT v.active_at_cutoff
    AND v.created_at >= cast($timing_start AS timestamp)
    AND v.created_at < cast($cutoff_end AS timestamp)
