-- Item rows of packages delivered on cash that was not resolved before the cutoff.
SELECT
    p.company,
    p.package_number,
    p.payment_method,
    p.delivered_date,
    p.troubleshoot_resolution_date,
    p.amount_expected,
    p.amount_received,
    p.paid_price,
    p.paid_shipping,
    CASE
        WHEN p.is_prepayment THEN 'prepayment'
        WHEN lower(p.payment_method) = 'nopayment' THEN 'no_payment'
        WHEN p.troubleshoot_resolution_date < cast($cutoff_end AS timestamp) THEN 'resolved'
    END AS removed
FROM ipe_12 AS p
