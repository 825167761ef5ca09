-- Refund vouchers withdrawn in operations during the month, each with its booking in the ledger of the year. What is
-- not booked explains the difference. Up to five booking entries are named.
WITH bookings AS (
    SELECT
        l.company,
        l.voucher_no,
        l.entry_no,
        l.amount_lcy,
        row_number() OVER (PARTITION BY l.company, l.voucher_no ORDER BY l.entry_no) AS place
    FROM classified_lines AS l
    WHERE l.account = '18412' AND l.category IN ('Cancellation', 'VTC') AND l.voucher_no IS NOT NULL
),
booked AS (
    SELECT
        b.company,
        b.voucher_no,
        sum(b.amount_lcy) AS booked_lcy,
        max(CASE WHEN b.place = 1 THEN b.entry_no END)
            || coalesce(max(CASE WHEN b.place = 2 THEN ', ' || b.entry_no END), '')
            || coalesce(max(CASE WHEN b.place = 3 THEN ', ' || b.entry_no END), '')
            || coalesce(max(CASE WHEN b.place = 4 THEN ', ' || b.entry_no END), '')
            || coalesce(max(CASE WHEN b.place = 5 THEN ', ' || b.entry_no END), '')
            || CASE WHEN count(*) > 5 THEN ', ...' ELSE '' END AS booked_entries
    FROM bookings AS b
    GROUP BY b.company, b.voucher_no
)
SELECT
    v.company,
    v.id AS voucher_id,
    v.inactive_at AS inactive_date,
    v.remaining_amount AS remaining_lcy,
    b.voucher_no IS NOT NULL AS booked,
    b.booked_entries,
    cast(coalesce(b.booked_lcy, 0) AS decimal(38, 10)) AS booked_lcy,
    cast(CASE WHEN b.voucher_no IS NULL THEN -v.remaining_amount ELSE 0 END AS decimal(38, 10)) AS bridge_lcy
FROM vouchers AS v
LEFT JOIN booked AS b ON b.company = v.company AND b.voucher_no = v.id
WHERE v.in_scope
    AND v.business_use = 'refund'
    AND NOT v.expired
    AND NOT v.active_at_cutoff
    AND v.inactive_at >= cast($month_start AS timestamp)
    AND v.inactive_at < cast($cutoff_end AS timestamp)
    AND v.remaining_amount <> 0
