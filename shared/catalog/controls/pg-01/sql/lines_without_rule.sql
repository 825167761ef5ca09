-- Voucher lines that no rule took, for the threshold of a single line.
SELECT l.company, l.entry_no, l.posting_date, l.account, l.amount_lcy, c.currency, c.fx_rate
FROM classified_lines AS l
JOIN selected_companies AS c ON c.company = l.company
WHERE l.rule_id = 'no_rule'
