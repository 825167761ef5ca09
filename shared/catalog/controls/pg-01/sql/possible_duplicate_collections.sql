-- Collections without a source id that are alike in everything; they are kept and listed.
SELECT t.company, t.event_date, t.cp, t.transaction_type, t.related_entity, t.amount, count(*) AS row_count
FROM ipe_31 AS t
WHERE t.source_id IS NULL
GROUP BY t.company, t.event_date, t.cp, t.transaction_type, t.related_entity, t.amount
HAVING count(*) > 1
