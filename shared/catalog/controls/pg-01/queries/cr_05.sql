-- cr_05: closing rates, local currency per US dollar.
-- One row is a company's rate of the cutoff's month; key: company, year, month, rate type; control total: FX_rate.
--
-- A rate is looked up by company code, never by country: two companies may share a currency, and a country may have
-- two spellings. A company without a rate comes back with an empty one, and its cells do not operate.
WITH population AS (
    SELECT
        d.[Company_Code],
        d.[Company_Name],
        d.[Opco/Central_?],
        d.[Company_Country],
        d.[Country_Code],
        d.[Is_Active?]
    FROM [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Company] AS d
    JOIN @companies AS c ON c.value = d.[Company_Code]
),
rates AS (
    SELECT
        r.[country_code],
        r.[rate_type],
        r.[year],
        r.[cod_month],
        r.[FX_rate]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_FX_RATES] AS r
    -- The month of the last day inside the half-open window that ends at the cutoff's end.
    WHERE r.[year] = YEAR(@cutoff_date)
      AND r.[cod_month] = MONTH(@cutoff_date)
      AND r.[rate_type] = 'Closing'
      AND r.[base_currency] = 'USD'
      -- The source repeats some rates under this spelling of a country.
      AND (r.[country] IS NULL OR r.[country] <> 'United arab emirates (the)')
)
SELECT
    p.[Company_Code] AS [Company_Code],
    p.[Company_Name] AS [Company_Name],
    p.[Opco/Central_?] AS [Opco/Central_?],
    p.[Company_Country] AS [Company_Country],
    p.[Is_Active?] AS [Is_Active?],
    r.[rate_type] AS [rate_type],
    r.[year] AS [year],
    r.[cod_month] AS [cod_month],
    r.[FX_rate] AS [FX_rate],
    n.[Country_Name] AS [Country_Name]
FROM population AS p
LEFT JOIN rates AS r ON r.[country_code] = p.[Company_Code]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Country] AS n ON n.[Country_Code] = p.[Country_Code]
ORDER BY p.[Company_Code], r.[year], r.[cod_month], r.[rate_type]
