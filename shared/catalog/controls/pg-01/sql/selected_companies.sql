-- The companies of the run with their book currency and the rate of the cutoff month, where there is one.
SELECT r.company, r.country, r.currency, f.fx_rate
FROM company_registry AS r
JOIN companies AS chosen ON chosen.value = r.company
LEFT JOIN cr_05_scope AS f ON f.company = r.company
ORDER BY r.company
