-- Vouchers whose stated validity is not what their last day says; the last day was taken.
SELECT v.company, v.id AS voucher_id, v.is_valid, v.to_date, v.remaining_amount AS remaining_lcy, c.currency
FROM vouchers AS v
JOIN selected_companies AS c ON c.company = v.company
WHERE v.in_scope
    AND v.to_date IS NOT NULL
    AND v.expired <> (coalesce(v.is_valid, '') <> 'valid')
