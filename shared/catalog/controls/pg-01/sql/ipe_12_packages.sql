-- One row a package: it owes its amount once, however many items it has. Without a cash record it owes price and
-- shipping of its items. `agreed` is false where the item rows do not agree on what the package owes or has paid.
SELECT
    i.company,
    i.package_number,
    count(*) AS items,
    CASE WHEN count(i.amount_expected) = 0 THEN 'no_cash_record' END AS note,
    cast(
        CASE
            WHEN count(i.amount_expected) = 0 THEN sum(i.paid_price + i.paid_shipping)
            ELSE max(i.amount_expected) - max(i.amount_received)
        END AS decimal(38, 10)
    ) AS amount,
    count(i.amount_expected) IN (0, count(*))
        AND (count(i.amount_expected) = 0 OR min(i.amount_expected) = max(i.amount_expected))
        AND min(i.amount_received) = max(i.amount_received) AS agreed
FROM ipe_12_scope AS i
GROUP BY i.company, i.package_number
