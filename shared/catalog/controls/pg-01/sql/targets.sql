-- What each balance should be, by company and line: the factor times the sum of the component's amounts.
WITH amounts AS (
    SELECT company, 'ipe_31' AS dataset, count(*) AS n, sum(amount) AS amount FROM ipe_31 GROUP BY company
    UNION ALL
    SELECT company, 'ipe_07', count(*), sum(rem_amt_lcy) FROM ipe_07_scope GROUP BY company
    UNION ALL
    SELECT company, 'ipe_12', count(*), sum(amount) FROM ipe_12_packages GROUP BY company
    UNION ALL
    SELECT company, 'ipe_34', count(*), sum(amount_to_refund) FROM ipe_34_scope GROUP BY company
    UNION ALL
    SELECT company, 'ipe_10', count(*), sum(amount) FROM ipe_10_scope GROUP BY company
    UNION ALL
    SELECT company, 'ipe_08', count(*), sum(remaining_amount) FROM ipe_08_scope GROUP BY company
)
SELECT
    c.company,
    l.line,
    l.component,
    l.component AS dataset,
    coalesce(a.n, 0) AS row_count,
    l.factor,
    cast(coalesce(a.amount, 0) AS decimal(38, 10)) AS source_lcy,
    cast(CASE WHEN l.factor = -1 THEN -coalesce(a.amount, 0) ELSE coalesce(a.amount, 0) END AS decimal(38, 10))
        AS target_lcy,
    c.currency
FROM selected_companies AS c
CROSS JOIN selected_lines AS l
LEFT JOIN amounts AS a ON a.company = c.company AND a.dataset = l.component
