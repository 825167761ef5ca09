-- Voucher lines of the ledger by category and type, and a total row for each company that is never added again.
SELECT
    l.company,
    coalesce(l.category, 'Uncategorized') AS category,
    coalesce(l.voucher_type, 'Unknown') AS voucher_type,
    cast(sum(l.amount_lcy) AS decimal(38, 10)) AS amount_lcy,
    count(*) AS row_count
FROM classified_lines AS l
WHERE l.account = '18412'
GROUP BY l.company, coalesce(l.category, 'Uncategorized'), coalesce(l.voucher_type, 'Unknown')
UNION ALL
SELECT l.company, '__TOTAL__', '', cast(sum(l.amount_lcy) AS decimal(38, 10)), count(*)
FROM classified_lines AS l
WHERE l.account = '18412'
GROUP BY l.company
