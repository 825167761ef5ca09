-- Customers with balances on more than one business line: the largest is primary, the others would be reclassified.
-- Analysis only.
WITH balances AS (
    SELECT e.company, e.customer_no, e.busline_code, sum(e.rem_amt_lcy) AS balance_lcy
    FROM ipe_07_scope AS e
    WHERE e.customer_no IS NOT NULL AND e.busline_code IS NOT NULL
    GROUP BY e.company, e.customer_no, e.busline_code
    HAVING abs(sum(e.rem_amt_lcy)) >= 0.01
),
ranked AS (
    SELECT
        b.company,
        b.customer_no,
        b.busline_code,
        b.balance_lcy,
        row_number() OVER (
            PARTITION BY b.company, b.customer_no
            ORDER BY abs(b.balance_lcy) DESC, b.busline_code
        ) AS place,
        count(*) OVER (PARTITION BY b.company, b.customer_no) AS lines
    FROM balances AS b
)
SELECT
    r.company,
    r.customer_no,
    r.busline_code,
    cast(r.balance_lcy AS decimal(38, 10)) AS balance_lcy,
    r.place = 1 AS is_primary,
    cast(CASE WHEN r.place = 1 THEN 0 ELSE r.balance_lcy END AS decimal(38, 10)) AS reclass_lcy
FROM ranked AS r
WHERE r.lines > 1
