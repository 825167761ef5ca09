-- Usage lines whose voucher is there under different types: none is picked.
SELECT l.company, l.entry_no, l.voucher_no, l.amount_lcy, c.currency
FROM classified_lines AS l
JOIN selected_companies AS c ON c.company = l.company
WHERE l.category = 'Usage' AND l.looked_up_ambiguous
