-- The matrix, one cell a company and line: actual less target is the variance, what the bridges explain of it, and
-- what is left. A cell that cannot be computed says why.
WITH actual AS (
    SELECT a.company, a.line, sum(a.actual_lcy) AS amount, sum(a.row_count) AS n
    FROM actuals AS a
    GROUP BY a.company, a.line
),
target AS (
    SELECT t.company, t.line, sum(t.target_lcy) AS amount FROM targets AS t GROUP BY t.company, t.line
),
bridge AS (
    SELECT
        b.company,
        b.line,
        sum(CASE WHEN b.bridge = 'vtc' THEN b.bridge_lcy END) AS vtc,
        sum(CASE WHEN b.bridge = 'timing' THEN b.bridge_lcy END) AS timing
    FROM bridges AS b
    GROUP BY b.company, b.line
),
with_balances AS (
    SELECT DISTINCT b.company FROM cr_04 AS b
),
without_usage AS (
    SELECT DISTINCT p.company
    FROM timing_proof AS p
    WHERE NOT EXISTS (SELECT 1 FROM jdash_scope AS j WHERE j.company = p.company)
),
parts AS (
    SELECT
        c.company,
        c.currency,
        l.line,
        l.gl_accounts,
        l.component AS components,
        l.first_account,
        a.amount AS actual_lcy,
        t.amount AS target_lcy,
        cast(coalesce(b.vtc, 0) AS decimal(38, 10)) AS bridge_vtc_lcy,
        cast(coalesce(b.timing, 0) AS decimal(38, 10)) AS bridge_timing_lcy,
        c.fx_rate,
        CASE
            WHEN w.company IS NULL THEN 'no_actuals'
            WHEN u.company IS NOT NULL AND l.component = 'ipe_08' THEN 'counterpart_missing'
        END AS reason,
        CASE WHEN w.company IS NOT NULL AND a.n = 0 THEN 'no_balance_row' END AS note
    FROM selected_companies AS c
    CROSS JOIN selected_lines AS l
    JOIN actual AS a ON a.company = c.company AND a.line = l.line
    JOIN target AS t ON t.company = c.company AND t.line = l.line
    LEFT JOIN bridge AS b ON b.company = c.company AND b.line = l.line
    LEFT JOIN with_balances AS w ON w.company = c.company
    LEFT JOIN without_usage AS u ON u.company = c.company
)
SELECT
    p.company,
    p.line,
    p.gl_accounts,
    p.components,
    p.first_account,
    p.currency,
    p.actual_lcy,
    p.target_lcy,
    cast(p.actual_lcy - p.target_lcy AS decimal(38, 10)) AS variance_lcy,
    p.bridge_vtc_lcy,
    p.bridge_timing_lcy,
    cast(p.bridge_vtc_lcy + p.bridge_timing_lcy AS decimal(38, 10)) AS explained_lcy,
    cast(p.actual_lcy - p.target_lcy - p.bridge_vtc_lcy - p.bridge_timing_lcy AS decimal(38, 10)) AS unexplained_lcy,
    p.fx_rate,
    p.reason,
    p.note
FROM parts AS p
