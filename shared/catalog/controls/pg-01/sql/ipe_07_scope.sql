-- Open customer entries of the posting groups that the control covers.
SELECT
    e.company,
    e.entry_no,
    e.posting_date,
    e.customer_no,
    e.customer_posting_group,
    e.busline_code,
    e.rem_amt_lcy,
    CASE WHEN g.posting_group IS NULL THEN 'other_posting_group' END AS removed
FROM ipe_07 AS e
LEFT JOIN posting_groups_in_scope AS g ON g.posting_group = e.customer_posting_group
