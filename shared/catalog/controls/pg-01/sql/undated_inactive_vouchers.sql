-- Refund vouchers that are not active and do not say since when: no bridge can count them.
SELECT v.company, v.id AS voucher_id, v.remaining_amount AS remaining_lcy, c.currency
FROM vouchers AS v
JOIN selected_companies AS c ON c.company = v.company
WHERE v.in_scope
    AND v.business_use = 'refund'
    AND NOT v.expired
    AND NOT v.is_active
    AND v.inactive_at IS NULL
    AND v.remaining_amount <> 0
