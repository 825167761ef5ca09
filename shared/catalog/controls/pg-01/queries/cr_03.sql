-- cr_03: ledger entries of the voucher account, year to date.
-- One row is a G/L entry; key: company and Entry No_; control total: Amount.
--
-- An entry counts when its detailed entries on the ledger accounts do not cancel each other within the window.
WITH in_scope AS (
    -- A semi-join further down: a company that is registered twice must not repeat an entry here, where entries are
    -- counted. It does repeat it in the enrichment below, and the count then differs.
    SELECT d.[Company_Code] AS company
    FROM [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Company] AS d
    JOIN @companies AS c ON c.value = d.[Company_Code]
    WHERE d.[Flg_In_Conso_Scope] = 1
),
remaining AS (
    SELECT
        d.[id_company],
        d.[Gen_ Ledger Entry No_] AS entry_no,
        SUM(d.[Amount]) AS amount
    FROM [AIG_Nav_DW].[dbo].[Detailed G_L Entry] AS d
    JOIN @ledger_accounts AS a ON a.value = d.[G_L Account No_]
    WHERE d.[Posting Date] >= @year_start
      AND d.[Posting Date] < @cutoff_end
    GROUP BY d.[id_company], d.[Gen_ Ledger Entry No_]
    HAVING SUM(d.[Amount]) <> 0
),
population AS (
    SELECT
        g.[id_company],
        g.[Entry No_],
        g.[Document No_],
        g.[External Document No_],
        g.[Voucher No_],
        g.[Posting Date],
        g.[Document Date],
        g.[Document Type],
        g.[Chart of Accounts No_],
        g.[Document Description],
        g.[Amount],
        r.amount AS [Remaining_amount],
        g.[Busline Code],
        g.[Department Code],
        g.[Bal_ Account Type],
        g.[Bal_ Account No_],
        g.[Bal_ Account Name],
        g.[Reason Code],
        g.[Source Code],
        g.[Reversed],
        g.[User ID],
        g.[G_L Creation Date],
        g.[Destination Code],
        g.[Partner Code],
        g.[System-Created Entry],
        g.[Source Type],
        g.[Source No],
        g.[IC Partner Code],
        g.[VendorTag Code],
        g.[CustomerTag Code],
        g.[Service_Period],
        g.[Comment]
    FROM [AIG_Nav_DW].[dbo].[G_L Entries] AS g
    -- n:1 by construction: grouped by exactly these columns.
    JOIN remaining AS r ON r.[id_company] = g.[id_company] AND r.entry_no = g.[Entry No_]
    -- The details' window alone would let in an entry of an earlier year that was applied in this one.
    WHERE g.[Posting Date] >= @year_start
      AND g.[Posting Date] < @cutoff_end
      AND g.[id_company] IN (SELECT s.company FROM in_scope AS s)
)
SELECT
    p.[id_company] AS [id_company],
    d.[Company_Country] AS [Company_Country],
    d.[Flg_In_Conso_Scope] AS [Flg_In_Conso_Scope],
    d.[Opco/Central_?] AS [Opco/Central_?],
    p.[Entry No_] AS [Entry No_],
    p.[Document No_] AS [Document No_],
    p.[External Document No_] AS [External Document No_],
    p.[Voucher No_] AS [Voucher No_],
    p.[Posting Date] AS [Posting Date],
    p.[Document Date] AS [Document Date],
    p.[Document Type] AS [Document Type],
    p.[Chart of Accounts No_] AS [Chart of Accounts No_],
    a.[Account_Name] AS [Account Name],
    a.[Group_COA_Account_no] AS [Group_COA_Account_no],
    a.[Group_COA_Account_Name] AS [Group_COA_Account_Name],
    p.[Document Description] AS [Document Description],
    p.[Amount] AS [Amount],
    p.[Remaining_amount] AS [Remaining_amount],
    p.[Busline Code] AS [Busline Code],
    p.[Department Code] AS [Department Code],
    p.[Bal_ Account Type] AS [Bal_ Account Type],
    p.[Bal_ Account No_] AS [Bal_ Account No_],
    p.[Bal_ Account Name] AS [Bal_ Account Name],
    p.[Reason Code] AS [Reason Code],
    p.[Source Code] AS [Source Code],
    p.[Reversed] AS [Reversed],
    p.[User ID] AS [User ID],
    p.[G_L Creation Date] AS [G_L Creation Date],
    p.[Destination Code] AS [Destination Code],
    p.[Partner Code] AS [Partner Code],
    p.[System-Created Entry] AS [System-Created Entry],
    p.[Source Type] AS [Source Type],
    p.[Source No] AS [Source No],
    p.[IC Partner Code] AS [IC Partner Code],
    p.[VendorTag Code] AS [VendorTag Code],
    p.[CustomerTag Code] AS [CustomerTag Code],
    p.[Service_Period] AS [Service_Period],
    m.[Level_1_Name] AS [Level_1_Name],
    m.[Level_2_Name] AS [Level_2_Name],
    m.[Level_3_Name] AS [Level_3_Name],
    -- A word, not a part of one: BM in SUBMIT is no back margin. What separates words becomes a space first.
    CASE
        WHEN CONCAT(' ', REPLACE(REPLACE(REPLACE(UPPER(p.[Document Description]), '_', ' '), '-', ' '), '/', ' '), ' ')
             LIKE '% BM %' THEN 'BackMargin'
        WHEN CONCAT(' ', REPLACE(REPLACE(REPLACE(UPPER(p.[Document Description]), '_', ' '), '-', ' '), '/', ' '), ' ')
             LIKE '% BACKMARGIN %' THEN 'BackMargin'
        ELSE NULL
    END AS [EntryType],
    p.[Comment] AS [Comment]
FROM population AS p
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_Company] AS d
    ON d.[Company_Code] = p.[id_company]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[fdw].[Dim_ChartOfAccounts] AS a
    ON a.[id_company] = p.[id_company] AND a.[G/L_Account_No] = p.[Chart of Accounts No_]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[GDOC_IFRS_Tabular_Mapping] AS m
    ON m.[Level_4_Code] = a.[Group_COA_Account_no]
ORDER BY p.[id_company], p.[Entry No_]
