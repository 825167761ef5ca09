-- What the ledger holds, by company and account of the selected lines; an account without a row holds nothing.
SELECT
    c.company,
    a.account AS gl_account,
    a.line,
    count(b.balance_at_date) AS row_count,
    cast(coalesce(sum(b.balance_at_date), 0) AS decimal(38, 10)) AS actual_lcy,
    c.currency
FROM selected_companies AS c
CROSS JOIN account_lines AS a
JOIN accounts AS chosen ON chosen.value = a.account
LEFT JOIN cr_04_scope AS b ON b.company = c.company AND b.gl_account = a.account
GROUP BY c.company, a.account, a.line, c.currency
