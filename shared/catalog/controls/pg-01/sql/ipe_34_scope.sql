-- Refunds that wait for the goods and goods that wait for the refund, at the cutoff.
SELECT
    r.company,
    r.case_type,
    r.order_nr,
    r.return_date,
    r.refund_date,
    r.amount_to_refund,
    CASE
        WHEN lower(r.case_type) = 'refunded not yet returned' THEN
            CASE
                WHEN r.refund_date IS NULL THEN 'outside_window'
                WHEN r.refund_date < timestamp '2019-01-01 00:00:00' THEN 'outside_window'
                WHEN r.refund_date >= cast($cutoff_end AS timestamp) THEN 'outside_window'
                WHEN r.return_date < cast($cutoff_end AS timestamp) THEN 'returned'
            END
        WHEN lower(r.case_type) = 'returned not yet refunded' THEN
            CASE
                WHEN r.return_date IS NULL THEN 'outside_window'
                WHEN r.return_date < timestamp '2019-01-01 00:00:00' THEN 'outside_window'
                WHEN r.return_date >= cast($cutoff_end AS timestamp) THEN 'outside_window'
                WHEN r.refund_date < cast($cutoff_end AS timestamp) THEN 'refunded'
            END
    END AS removed
FROM ipe_34 AS r
