-- Usage as operations sees it, before the cutoff, for the selected companies. An export without a company belongs to
-- the only company of the run.
WITH chosen AS (SELECT min(value) AS company, count(*) AS companies FROM companies)
SELECT
    coalesce(j.company, CASE WHEN chosen.companies = 1 THEN chosen.company END) AS company,
    j.voucher_id,
    j.amount_used,
    j.usage_date,
    CASE
        WHEN j.company IS NOT NULL AND c.value IS NULL THEN 'company_not_selected'
        WHEN j.usage_date >= cast($cutoff_end AS timestamp) THEN 'after_cutoff'
    END AS removed
FROM jdash AS j
CROSS JOIN chosen
LEFT JOIN companies AS c ON c.value = j.company
