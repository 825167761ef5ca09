-- The bridges of each company, each counted once and in its own line only.
SELECT p.company, 'voucher_liability' AS line, 'vtc' AS bridge, sum(p.bridge_lcy) AS bridge_lcy
FROM vtc_proof AS p
GROUP BY p.company
UNION ALL
SELECT p.company, 'voucher_liability', 'timing', sum(p.bridge_lcy)
FROM timing_proof AS p
GROUP BY p.company
