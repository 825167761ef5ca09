-- Usage that was delivered up to the month of the cutoff; later months are another period's.
SELECT
    s.company,
    s.id,
    s.voucher_type,
    s.business_use,
    s.creation_year,
    s.delivery_mth,
    s.total_amount_used,
    s.transaction_no,
    CASE
        WHEN s.delivery_mth
            > cast(extract(year FROM $cutoff_date) AS bigint) * 100 + cast(extract(month FROM $cutoff_date) AS bigint)
            THEN 'after_cutoff'
    END AS removed
FROM ipe_08_usage AS s
