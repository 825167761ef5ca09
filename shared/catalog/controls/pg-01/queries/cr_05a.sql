-- cr_05a: rates of the ledger at the cutoff, shown beside cr_05 as a cross-check and never used to convert.
-- One row is a currency; key: Currency Code; control total: Relational Exch_ Rate Amount.
WITH population AS (
    SELECT
        r.[Currency Code],
        r.[Starting Date],
        r.[Relational Exch_ Rate Amount]
    FROM [D365BC14_DZ].[dbo].[Jade DZ$Currency Exchange Rate] AS r
    JOIN @currencies AS c ON c.value = r.[Currency Code]
    WHERE r.[Starting Date] >= @cutoff_date
      AND r.[Starting Date] < @cutoff_end
)
SELECT
    p.[Currency Code] AS [Currency Code],
    YEAR(p.[Starting Date]) AS [year],
    MONTH(p.[Starting Date]) AS [month],
    p.[Relational Exch_ Rate Amount] AS [Relational Exch_ Rate Amount]
FROM population AS p
ORDER BY p.[Currency Code]
