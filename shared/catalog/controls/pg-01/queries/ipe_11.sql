-- ipe_11: seller transactions of the month that are on no statement yet; its line is off by default.
-- One row is a seller transaction; key: company and SC_ID_Transaction; control total: SC_Transaction_Amount.
WITH population AS (
    SELECT
        t.[ID_Company],
        t.[Transaction_Id],
        t.[Seller_Id],
        t.[Transaction_Type],
        t.[Created_Date],
        t.[Amount],
        t.[Statement_Id]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_TRANSACTIONS_SELLER] AS t
    JOIN @companies AS c ON c.value = t.[ID_Company]
    WHERE t.[Created_Date] >= @month_start
      AND t.[Created_Date] < @cutoff_end
      -- Both are semi-joins, so that a second row of a mapping repeats nothing where transactions are counted.
      AND EXISTS (
          SELECT 1
          FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[GDOC_DIM_ASG_V2] AS g
          WHERE g.[ID_Company] = t.[ID_Company]
            AND g.[Transaction_Type] = t.[Transaction_Type]
            AND g.[ASG_Level_1] = 'Revenues'
      )
      AND NOT EXISTS (
          SELECT 1
          FROM [RING].[dbo].[RPT_ACCOUNTSTATEMENTS] AS a
          WHERE a.[ID_Company] = t.[ID_Company]
            AND a.[Statement_Id] = t.[Statement_Id]
            AND a.[RING_End_Date] < @cutoff_end
      )
)
SELECT
    p.[ID_Company] AS [ID_Company],
    p.[Created_Date] AS [SC_Created_Date],
    p.[Transaction_Id] AS [SC_ID_Transaction],
    p.[Seller_Id] AS [SC_ID_Seller],
    v.[Seller_Name] AS [SC_Seller_Name],
    p.[Transaction_Type] AS [SC_Transaction_Type],
    r.[Order_Nr] AS [Order_Nr],
    p.[Amount] AS [SC_Transaction_Amount],
    p.[Statement_Id] AS [SC_ID_Account_Statement],
    a.[RING_End_Date] AS [SC_End_Date],
    g.[ASG_Level_1] AS [ASG_Level_1],
    g.[ASG_Level_2] AS [ASG_Level_2],
    g.[ASG_Level_3] AS [ASG_Level_3],
    g.[ASG_Level_4] AS [ASG_Level_4]
FROM population AS p
LEFT JOIN [RING].[dbo].[RPT_ACCOUNTSTATEMENTS] AS a
    ON a.[ID_Company] = p.[ID_Company] AND a.[Statement_Id] = p.[Statement_Id]
LEFT JOIN [RING].[dbo].[RPT_TRANSACTIONS] AS r
    ON r.[ID_Company] = p.[ID_Company] AND r.[Transaction_Id] = p.[Transaction_Id]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_VENDORS] AS v
    ON v.[ID_Company] = p.[ID_Company] AND v.[Seller_Id] = p.[Seller_Id]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[GDOC_DIM_ASG_V2] AS g
    ON g.[ID_Company] = p.[ID_Company] AND g.[Transaction_Type] = p.[Transaction_Type]
ORDER BY p.[ID_Company], p.[Transaction_Id]
