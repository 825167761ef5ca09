-- ipe_31: cash that partners collected and did not hand over by the cutoff's end.
-- One row is an open cash transaction; key: company and Source_Id; control total: Amount.
--
-- Four branches, which Branch names and Source_Id keeps apart: transactions on no finished list, transactions that
-- were moved to another partner only later, lists that are paid in part, payments that are applied in part.
WITH dated AS (
    SELECT
        t.[ID_Company],
        t.[Transaction_Id],
        t.[CP],
        t.[Transaction_Type],
        t.[Related_Entity],
        t.[Amount],
        t.[List_Id],
        t.[List_Date],
        t.[List_Status],
        t.[List_Reconciled_Amount],
        -- The day of the partner's own payment where the transaction comes of one, else the day it was made: also
        -- when the deposit does not say.
        COALESCE(
            CASE
                WHEN t.[Transaction_Type] = 'Transfer to' AND d.[Deposit_Type] = 'Transfer'
                    THEN d.[OMS_Payment_Date]
                WHEN t.[Transaction_Type] = 'Third Party Collection' AND d.[Deposit_Type] = 'Payment'
                    THEN d.[OMS_Payment_Date]
                WHEN t.[Transaction_Type] = 'Payment - Rev' AND d.[Deposit_Type] = 'Payment'
                    THEN d.[Payment_Reversal_Date]
                ELSE NULL
            END,
            t.[Creation_Date]
        ) AS event_date
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_CASHREC_TRANSACTION] AS t
    JOIN @companies AS c ON c.value = t.[ID_Company]
    -- n:1 on the deposit's key. It decides on the window and so belongs to the population; a repeated deposit repeats
    -- a Source_Id, which the unique key finds.
    LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_CASHDEPOSIT] AS d
        ON d.[ID_Company] = t.[ID_Company] AND d.[Deposit_Id] = t.[Deposit_Id]
    WHERE t.[Amount] <> 0
      AND t.[Transaction_Type] NOT IN (
          'Payment', 'Collection Adjustment (over)', 'Collection Adjustment (under)', 'Payment Charges',
          'Payment Charges Rev', 'Reallocation From', 'Transfer From'
      )
),
lists AS (
    SELECT
        l.[ID_Company],
        l.[List_Id],
        l.[CP],
        l.[List_Created_Date],
        l.[Amount_Received] - SUM(
            CASE
                WHEN l.[Payment_Date] < @cutoff_end
                    THEN COALESCE(l.[Payment_Applied], 0) + COALESCE(l.[Charges_Applied], 0)
                ELSE 0
            END
        ) AS open_amount
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_PACKLIST_PAYMENTS] AS l
    JOIN @companies AS c ON c.value = l.[ID_Company]
    WHERE l.[List_Created_Date] < @cutoff_end
      AND l.[List_Status] IN ('inProgress', 'closed', 'waitingConfirmation')
      AND l.[List_Reconciled_Amount] IS NOT NULL
      AND NOT EXISTS (
          SELECT 1
          FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_COLLECTIONADJ] AS a
          WHERE a.[ID_Company] = l.[ID_Company]
            AND a.[Related_Id] = l.[List_Id]
            AND a.[Related_Type] = 'list'
            AND a.[Forced_Closed_Date] < @cutoff_end
      )
    GROUP BY l.[ID_Company], l.[List_Id], l.[CP], l.[List_Created_Date], l.[Amount_Received]
),
payments AS (
    SELECT
        d.[ID_Company],
        d.[Deposit_Id],
        d.[CP],
        d.[Deposit_Type],
        d.[OMS_Payment_Date],
        COALESCE(d.[Payment_Amount], 0) + COALESCE(d.[Charges_Amount], 0) - COALESCE(d.[Applied_Amount], 0)
            AS open_amount
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_CASHDEPOSIT] AS d
    JOIN @companies AS c ON c.value = d.[ID_Company]
    WHERE d.[OMS_Payment_Date] < @cutoff_end
      AND d.[Deposit_Status] IN ('inProgress', 'closed', 'waitingConfirmation')
      AND d.[Reconciled_Amount] IS NOT NULL
      AND NOT EXISTS (
          SELECT 1
          FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_COLLECTIONADJ] AS a
          WHERE a.[ID_Company] = d.[ID_Company]
            AND a.[Related_Id] = d.[Deposit_Id]
            AND a.[Related_Type] = 'deposit'
            AND a.[Forced_Closed_Date] < @cutoff_end
      )
),
population AS (
    SELECT
        t.[ID_Company],
        t.event_date AS [Event_date],
        t.[CP],
        t.[Transaction_Type],
        t.[Related_Entity],
        t.[Amount],
        CONCAT('open-', t.[Transaction_Id]) AS [Source_Id],
        'open' AS [Branch]
    FROM dated AS t
    WHERE t.event_date < @cutoff_end
      AND (
          t.[List_Id] IS NULL
          OR t.[List_Date] >= @cutoff_end
          OR t.[List_Status] = 'waitingApproval'
          OR (t.[List_Status] = 'waitingConfirmation' AND t.[List_Reconciled_Amount] IS NULL)
      )
    UNION ALL
    SELECT
        r.[ID_Company],
        r.[Original_Date] AS [Event_date],
        r.[From_CP] AS [CP],
        'Reallocation From' AS [Transaction_Type],
        r.[Related_Entity],
        r.[Amount],
        CONCAT('reallocated-', r.[Reallocation_Id]) AS [Source_Id],
        'reallocated' AS [Branch]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_CASHREC_REALLOCATIONS] AS r
    JOIN @companies AS c ON c.value = r.[ID_Company]
    WHERE r.[Original_Date] < @cutoff_end
      AND r.[Reallocated_Date] >= @cutoff_end
    UNION ALL
    SELECT
        l.[ID_Company],
        l.[List_Created_Date] AS [Event_date],
        l.[CP],
        'Translist in progress' AS [Transaction_Type],
        NULL AS [Related_Entity],
        l.open_amount AS [Amount],
        CONCAT('list_in_progress-', l.[List_Id]) AS [Source_Id],
        'list_in_progress' AS [Branch]
    FROM lists AS l
    WHERE l.open_amount > 0
    UNION ALL
    SELECT
        d.[ID_Company],
        d.[OMS_Payment_Date] AS [Event_date],
        d.[CP],
        d.[Deposit_Type] AS [Transaction_Type],
        NULL AS [Related_Entity],
        -1 * d.open_amount AS [Amount],
        CONCAT('payment_in_progress-', d.[Deposit_Id]) AS [Source_Id],
        'payment_in_progress' AS [Branch]
    FROM payments AS d
    WHERE d.open_amount > 0
),
bank_accounts AS (
    SELECT
        b.[id_company],
        b.[Service Provider],
        g.[G_L Bank Account No_]
    FROM [AIG_Nav_DW].[dbo].[Bank Accounts] AS b
    JOIN [AIG_Nav_DW].[dbo].[Bank Account Posting Group] AS g
        ON g.[id_company] = b.[id_company] AND g.[Code] = b.[Bank Acc_ Posting Group]
    WHERE g.[G_L Bank Account No_] <> '10058'
)
SELECT
    p.[ID_Company] AS [ID_Company],
    p.[Event_date] AS [Event_date],
    p.[CP] AS [CP],
    p.[Transaction_Type] AS [Transaction_Type],
    p.[Related_Entity] AS [Related_Entity],
    p.[Amount] AS [Amount],
    h.[SERVICE_PROVIDER] AS [SERVICE_PROVIDER],
    n.[Type] AS [Type],
    n.[ERP_Name] AS [ERP_Name],
    d.[Company_Country] AS [Company_Country],
    @cutoff_date AS [Closing_date],
    b.[G_L Bank Account No_] AS [G_L Bank Account No_],
    p.[Source_Id] AS [Source_Id],
    p.[Branch] AS [Branch]
FROM population AS p
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_HUBS_3PL_MAPPING] AS h
    ON h.[ID_Company] = p.[ID_Company] AND h.[NODE] = p.[CP]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_COLLECTIONPARTNERS] AS n
    ON n.[ID_Company] = p.[ID_Company] AND n.[Name] = p.[CP]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Company] AS d
    ON d.[Company_Code] = p.[ID_Company]
LEFT JOIN bank_accounts AS b
    ON b.[id_company] = p.[ID_Company] AND b.[Service Provider] = n.[ERP_Name]
ORDER BY p.[ID_Company], p.[Source_Id]
