-- Integration debits without a documented phrase: taken as usage, and shown.
SELECT l.company, l.entry_no, l.amount_lcy, c.currency
FROM classified_lines AS l
JOIN selected_companies AS c ON c.company = l.company
WHERE l.rule_id = 'use_int_other'
