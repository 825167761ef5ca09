-- The ledger balances that count: in the company's own currency, on an account of a selected line. The view repeats
-- every balance in other currencies.
SELECT
    b.company,
    b.closing_date,
    b.refresh_date,
    b.group_coa_account_no AS gl_account,
    a.line,
    b.currency,
    b.balance_at_date,
    CASE
        WHEN a.line IS NULL OR chosen.value IS NULL THEN 'other_account'
        WHEN b.currency IS DISTINCT FROM r.currency THEN 'other_currency'
    END AS removed
FROM cr_04 AS b
JOIN company_registry AS r ON r.company = b.company
LEFT JOIN account_lines AS a ON a.account = b.group_coa_account_no
LEFT JOIN accounts AS chosen ON chosen.value = b.group_coa_account_no
