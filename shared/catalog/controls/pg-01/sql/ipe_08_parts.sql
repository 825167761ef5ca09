-- What was used of each voucher beside the sum of its parts. An export without the parts has nothing to agree with, and
-- no row here.
WITH parts AS (
    SELECT
        t.company,
        t.id,
        t.total_amount_used,
        cast(t.shipping_storecredit + t.mpl_storecredit + t.rtl_storecredit AS decimal(38, 10)) AS parts_lcy,
        abs(t.shipping_storecredit) + abs(t.mpl_storecredit) + abs(t.rtl_storecredit) AS size
    FROM ipe_08 AS t
)
SELECT p.company, p.id, p.total_amount_used, p.parts_lcy
FROM parts AS p
WHERE (SELECT max(q.size) FROM parts AS q) > 0
