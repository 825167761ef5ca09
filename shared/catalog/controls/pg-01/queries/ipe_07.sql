-- ipe_07: open entries of the customers' ledger.
-- One row is a customer entry; key: company and Entry No_; control total: rem_amt_LCY.
--
-- An entry is open when its detailed entries before the cutoff's end do not add up to nothing. There is no filter on
-- the customer's total: an entry stays although one of another posting group offsets it.
WITH in_scope AS (
    -- A semi-join further down, so that a company that is registered twice repeats nothing where entries are counted.
    SELECT d.[Company_Code] AS company
    FROM [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Company] AS d
    JOIN @companies AS c ON c.value = d.[Company_Code]
    WHERE d.[Flg_In_Conso_Scope] = 1
),
remaining AS (
    SELECT
        d.[id_company],
        d.[Cust_ Ledger Entry No_] AS entry_no,
        SUM(d.[Amount (LCY)]) AS amount
    FROM [AIG_Nav_DW].[dbo].[Detailed Customer Ledg_ Entry] AS d
    WHERE d.[Posting Date] < @cutoff_end
    GROUP BY d.[id_company], d.[Cust_ Ledger Entry No_]
    HAVING SUM(d.[Amount (LCY)]) <> 0
),
population AS (
    SELECT
        e.[id_company],
        e.[Entry No_],
        e.[GL Entry No_],
        e.[Document No_],
        e.[Document Type],
        e.[External Document No_],
        e.[Posting Date],
        e.[Customer No_],
        e.[Customer Posting Group],
        e.[Description],
        e.[Source Code],
        e.[Reason Code],
        e.[Busline Code],
        e.[Department Code],
        e.[Original Amount],
        e.[Currency Code],
        e.[Original Amount (LCY)],
        r.amount AS [rem_amt_LCY],
        e.[Open],
        e.[Due Date],
        e.[User ID],
        e.[Destination Code],
        e.[Partner Code],
        e.[IC Partner Code]
    FROM [AIG_Nav_DW].[dbo].[Customer Ledger Entries] AS e
    -- n:1 by construction: grouped by exactly these columns.
    JOIN remaining AS r ON r.[id_company] = e.[id_company] AND r.entry_no = e.[Entry No_]
    WHERE e.[Posting Date] < @cutoff_end
      AND e.[id_company] IN (SELECT s.company FROM in_scope AS s)
      AND e.[Customer Posting Group] IN (
          'LOAN-REC-NAT', 'B2B-NG-NAT', 'B2C-NG-NAT', 'B2C-NG-INT', 'NTR-NG-NAT', 'B2B-NG-INT', 'NTR-NG-INT', 'UE',
          'INL', 'EXPORT', 'EU', 'NATIONAL', 'OM', 'NAT', 'AUS', 'EXCB2B-NAT', 'EMP-NAT'
      )
)
SELECT
    p.[id_company] AS [id_company],
    d.[Company_Country] AS [Company_Country],
    d.[Opco/Central_?] AS [Opco/Central_?],
    p.[Entry No_] AS [Entry No_],
    p.[GL Entry No_] AS [GL Entry No_],
    p.[Document No_] AS [Document No_],
    p.[Document Type] AS [Document Type],
    p.[External Document No_] AS [External Document No_],
    p.[Posting Date] AS [Posting Date],
    p.[Customer No_] AS [Customer No_],
    k.[Name] AS [Customer Name],
    k.[Busline Code] AS [Customer Busline],
    CASE WHEN p.[User ID] LIKE '%BATCH.SRVC%' THEN 1 ELSE 0 END AS [Automatically integrated],
    k.[Customer Posting Group] AS [currentpostinggroup],
    k.[Stream] AS [Stream],
    p.[Customer Posting Group] AS [Customer Posting Group],
    p.[Description] AS [Description],
    p.[Source Code] AS [Source Code],
    p.[Reason Code] AS [Reason Code],
    p.[Busline Code] AS [Busline Code],
    b.[Vertical_Name_1] AS [Busline_Vertical_Name_1],
    b.[Vertical_Name_2] AS [Busline_Vertical_Name_2],
    b.[Vertical_Name_3] AS [Busline_Vertical_Name_3],
    p.[Department Code] AS [Department Code],
    p.[Original Amount] AS [Original Amount],
    p.[Currency Code] AS [Currency],
    p.[Original Amount (LCY)] AS [Original Amount (LCY)],
    p.[rem_amt_LCY] AS [rem_amt_LCY],
    p.[Open] AS [Open],
    p.[Due Date] AS [Due Date],
    p.[User ID] AS [Posted by],
    p.[Destination Code] AS [Destination Code],
    p.[Partner Code] AS [Partner Code],
    p.[IC Partner Code] AS [IC Partner Code],
    -- Seen from the cutoff, not from the day on which the query runs; 1753-01-01 is the ledger's empty date.
    CONCAT(
        CASE WHEN p.[rem_amt_LCY] < 0 THEN 'Credit ' ELSE 'Debit ' END,
        CASE
            WHEN p.[Due Date] IS NULL OR p.[Due Date] <= '1753-01-01' THEN 'without due date'
            WHEN p.[Due Date] >= @cutoff_end THEN 'not due'
            WHEN p.[Due Date] >= @month_start THEN 'due this month'
            ELSE 'overdue'
        END
    ) AS [Debit_Credit_DueMonth]
FROM population AS p
LEFT JOIN [AIG_Nav_DW].[dbo].[Customers] AS k
    ON k.[id_company] = p.[id_company] AND k.[No_] = p.[Customer No_]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Company] AS d
    ON d.[Company_Code] = p.[id_company]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Busline] AS b
    ON b.[id_company] = p.[id_company] AND b.[Busline_Code] = p.[Busline Code]
ORDER BY p.[id_company], p.[Entry No_]
