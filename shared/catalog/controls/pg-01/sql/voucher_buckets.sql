-- Both pivots beside each other, without totals; what one side lacks is nothing there.
WITH nav AS (
    SELECT n.company, n.category, n.voucher_type, n.amount_lcy FROM nav_pivot AS n WHERE n.category <> '__TOTAL__'
)
SELECT
    coalesce(n.company, t.company) AS company,
    coalesce(n.category, t.category) AS category,
    coalesce(n.voucher_type, t.voucher_type) AS voucher_type,
    c.currency,
    '18412' AS account,
    cast(coalesce(n.amount_lcy, 0) AS decimal(38, 10)) AS nav_lcy,
    cast(coalesce(t.amount_lcy, 0) AS decimal(38, 10)) AS tv_lcy,
    cast(coalesce(n.amount_lcy, 0) - coalesce(t.amount_lcy, 0) AS decimal(38, 10)) AS variance_lcy,
    c.fx_rate
FROM nav AS n
FULL JOIN tv_pivot AS t
    ON t.company = n.company AND t.category = n.category AND t.voucher_type = n.voucher_type
JOIN selected_companies AS c ON c.company = coalesce(n.company, t.company)
