-- Payments of the month from the amount at which a second approval is due.
SELECT
    entry,
    posted_on,
    reference,
    counterparty,
    approved_by,
    currency,
    amount
FROM ledger
WHERE -amount >= $minimum_amount
