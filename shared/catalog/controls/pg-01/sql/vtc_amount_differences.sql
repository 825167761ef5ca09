-- Withdrawn vouchers that are booked with another amount than what remained on them.
SELECT p.company, p.voucher_id, p.remaining_lcy, p.booked_lcy, p.booked_entries, c.currency
FROM vtc_proof AS p
JOIN selected_companies AS c ON c.company = p.company
WHERE p.booked AND p.booked_lcy <> p.remaining_lcy
