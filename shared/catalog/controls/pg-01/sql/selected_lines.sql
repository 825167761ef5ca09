-- The account lines that the run concludes on: those of the selected accounts.
SELECT l.line, l.gl_accounts, l.component, l.factor, s.first_account
FROM lines AS l
JOIN (
    SELECT a.line, min(a.account) AS first_account
    FROM account_lines AS a
    JOIN accounts AS chosen ON chosen.value = a.account
    GROUP BY a.line
) AS s ON s.line = l.line
ORDER BY s.first_account
