-- Balance rows in scope that are alike in everything; they are kept and listed. (Add every column of the contract.)
SELECT b.company, b.gl_account, b.currency, b.closing_date, b.balance_at_date, count(*) AS row_count
FROM cr_04_scope AS b
GROUP BY b.company, b.gl_account, b.currency, b.closing_date, b.refresh_date, b.balance_at_date
HAVING count(*) > 1
