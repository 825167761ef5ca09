-- Open collections by what the transaction is and how it is booked; analysis only.
SELECT
    t.company,
    t.transaction_type,
    coalesce(l.label, 'unlabeled') AS label,
    l.booking,
    count(*) AS row_count,
    cast(sum(t.amount) AS decimal(38, 10)) AS amount_lcy
FROM ipe_31 AS t
LEFT JOIN collection_labels_by_type AS l ON l.transaction_type = lower(trim(t.transaction_type))
GROUP BY t.company, t.transaction_type, coalesce(l.label, 'unlabeled'), l.booking
