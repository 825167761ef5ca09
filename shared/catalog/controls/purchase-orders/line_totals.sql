-- The lines of each order added up, for the comparison with the order's own subtotal.
SELECT
    purchase_order_id,
    CAST(SUM(line_total) AS DECIMAL(19, 4)) AS line_total,
    COUNT(*) AS line_count
FROM order_lines
GROUP BY purchase_order_id
