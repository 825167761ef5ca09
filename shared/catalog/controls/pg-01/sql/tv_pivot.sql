-- The vouchers' own movements of the year in ledger sign, non-marketing only: issued when created, used when
-- delivered, expired when their last day has passed.
WITH used AS (
    SELECT s.company, u.voucher_type, s.total_amount_used, s.delivery_mth
    FROM ipe_08_usage_scope AS s
    JOIN voucher_uses AS u ON u.business_use = s.business_use AND u.in_scope = 1
),
movements AS (
    SELECT v.company, 'Issuance' AS category, v.voucher_type, -v.discount_amount AS amount_lcy
    FROM vouchers AS v
    WHERE v.in_scope
        AND v.created_at >= cast($year_start AS timestamp)
        AND v.created_at < cast($cutoff_end AS timestamp)
    UNION ALL
    SELECT s.company, 'Usage', s.voucher_type, s.total_amount_used
    FROM used AS s
    WHERE s.delivery_mth > cast(extract(year FROM $cutoff_date) AS bigint) * 100
    UNION ALL
    SELECT v.company, 'Expired', v.voucher_type, v.remaining_amount
    FROM vouchers AS v
    WHERE v.in_scope
        AND v.to_date >= cast($year_start AS timestamp)
        AND v.to_date < cast($cutoff_end AS timestamp)
)
SELECT
    m.company,
    m.category,
    m.voucher_type,
    cast(sum(m.amount_lcy) AS decimal(38, 10)) AS amount_lcy
FROM movements AS m
GROUP BY m.company, m.category, m.voucher_type
