-- The closing rate of the cutoff month, LCY for one USD, by company code; no other month or company stands in for it.
SELECT
    t.company,
    t.rate_type,
    t.year,
    t.cod_month,
    t.fx_rate,
    CASE
        WHEN lower(trim(t.rate_type)) IS DISTINCT FROM 'closing' THEN 'other_rate_type'
        WHEN t.year IS DISTINCT FROM cast(extract(year FROM $cutoff_date) AS bigint) THEN 'other_month'
        WHEN t.cod_month IS DISTINCT FROM cast(extract(month FROM $cutoff_date) AS bigint) THEN 'other_month'
    END AS removed
FROM cr_05 AS t
