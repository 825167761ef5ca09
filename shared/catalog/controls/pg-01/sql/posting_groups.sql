-- Customers with open entries in more than one posting group; analysis only. Up to five groups are named.
WITH pairs AS (
    SELECT DISTINCT e.company, e.customer_no, e.customer_posting_group
    FROM ipe_07_scope AS e
    WHERE e.customer_no IS NOT NULL AND e.customer_posting_group IS NOT NULL
),
placed AS (
    SELECT
        p.company,
        p.customer_no,
        p.customer_posting_group,
        row_number() OVER (PARTITION BY p.company, p.customer_no ORDER BY p.customer_posting_group) AS place
    FROM pairs AS p
)
SELECT
    p.company,
    p.customer_no,
    count(*) AS group_count,
    max(CASE WHEN p.place = 1 THEN p.customer_posting_group END)
        || coalesce(max(CASE WHEN p.place = 2 THEN ', ' || p.customer_posting_group END), '')
        || coalesce(max(CASE WHEN p.place = 3 THEN ', ' || p.customer_posting_group END), '')
        || coalesce(max(CASE WHEN p.place = 4 THEN ', ' || p.customer_posting_group END), '')
        || coalesce(max(CASE WHEN p.place = 5 THEN ', ' || p.customer_posting_group END), '')
        || CASE WHEN count(*) > 5 THEN ', ...' ELSE '' END AS posting_groups
FROM placed AS p
GROUP BY p.company, p.customer_no
HAVING count(*) > 1
