-- Paid and not delivered at the cutoff. Marketplace items and digital retail items count as delivered with the item,
-- other retail items with their package.
WITH items AS (
    SELECT
        p.*,
        CASE
            WHEN p.is_marketplace THEN p.delivered_date
            WHEN lower(coalesce(p.delivery_type, '')) IN ('digital content', 'gift card') THEN p.delivered_date
            ELSE p.package_delivery_date
        END AS delivery
    FROM ipe_10 AS p
)
SELECT
    i.company,
    i.cod_oms_sales_order_item,
    i.order_nr,
    i.order_creation_date,
    i.finance_verified_date,
    i.delivery,
    i.refund_date,
    i.paid_for_items,
    i.paid_for_shipping,
    cast(i.paid_for_items + i.paid_for_shipping AS decimal(38, 10)) AS amount,
    CASE
        WHEN NOT i.is_prepayment THEN 'not_prepayment'
        WHEN i.order_creation_date < timestamp '2018-01-01 00:00:00' THEN 'ordered_before_2018'
        WHEN i.delivery < cast($cutoff_end AS timestamp) THEN 'delivered'
        WHEN i.refund_date < cast($cutoff_end AS timestamp) THEN 'refunded'
    END AS removed
FROM items AS i
