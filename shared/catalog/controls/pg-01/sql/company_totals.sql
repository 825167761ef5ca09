-- What is left unexplained in a company over all its lines, without offsetting one line by another.
SELECT
    c.company,
    c.currency,
    cast(sum(abs(c.unexplained_lcy)) AS decimal(38, 10)) AS absolute_unexplained_lcy,
    max(c.fx_rate) AS fx_rate,
    min(c.reason) AS reason
FROM cells AS c
GROUP BY c.company, c.currency
