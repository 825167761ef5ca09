-- cr_04: ledger balances at the cutoff, which are the actuals.
-- One row is a balance slice (account, currency, line of business, partner); it has no key; control total:
-- BALANCE_AT_DATE.
--
-- The view repeats every balance per currency: which currency counts is decided after extraction, where the company's
-- own currency is known.
WITH population AS (
    SELECT
        v.[ID_COMPANY],
        v.[COMPANY_NAME],
        v.[COUNTRY_CODE],
        v.[COUNTRY_NAME],
        v.[CLOSING_DATE],
        v.[REFRESH_DATE],
        v.[GROUP_COA_ACCOUNT_NO],
        v.[GROUP_COA_ACCOUNT_NAME],
        v.[REAL_COA],
        v.[CURRENCY],
        v.[FX_RATE],
        v.[BALANCE_AT_DATE],
        v.[BUSLINE_CODE],
        v.[REPORTING_COUNTRY_CODE],
        v.[REPORTING_COUNTRY_NAME],
        v.[PARTNER_CODE],
        v.[IC_PARTNER_CODE],
        v.[IS_RECHARGE],
        v.[IS_RETAINED_EARNINGS],
        v.[CONSO_ACCOUNT_NO],
        v.[CONSO_ACCOUNT_NAME],
        v.[IFRS_LEVEL_1_NAME],
        v.[IFRS_LEVEL_2_NAME],
        v.[IFRS_LEVEL_3_NAME],
        v.[IS_INTERCO]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[V_BS_ANAPLAN_IMPORT_IFRS_MAPPING_CURRENCY_SPLIT] AS v
    JOIN @companies AS c ON c.value = v.[ID_COMPANY]
    JOIN @accounts AS a ON a.value = v.[GROUP_COA_ACCOUNT_NO]
    -- Half-open: a closing date with a time of day is inside its day.
    WHERE v.[CLOSING_DATE] >= @cutoff_date
      AND v.[CLOSING_DATE] < @cutoff_end
)
SELECT
    p.[ID_COMPANY] AS [ID_COMPANY],
    p.[COMPANY_NAME] AS [COMPANY_NAME],
    p.[COUNTRY_CODE] AS [COUNTRY_CODE],
    p.[COUNTRY_NAME] AS [COUNTRY_NAME],
    p.[CLOSING_DATE] AS [CLOSING_DATE],
    p.[REFRESH_DATE] AS [REFRESH_DATE],
    p.[GROUP_COA_ACCOUNT_NO] AS [GROUP_COA_ACCOUNT_NO],
    p.[GROUP_COA_ACCOUNT_NAME] AS [GROUP_COA_ACCOUNT_NAME],
    p.[REAL_COA] AS [REAL_COA],
    p.[CURRENCY] AS [CURRENCY],
    p.[FX_RATE] AS [FX_RATE],
    p.[BALANCE_AT_DATE] AS [BALANCE_AT_DATE],
    p.[BUSLINE_CODE] AS [BUSLINE_CODE],
    p.[REPORTING_COUNTRY_CODE] AS [REPORTING_COUNTRY_CODE],
    p.[REPORTING_COUNTRY_NAME] AS [REPORTING_COUNTRY_NAME],
    p.[PARTNER_CODE] AS [PARTNER_CODE],
    p.[IC_PARTNER_CODE] AS [IC_PARTNER_CODE],
    p.[IS_RECHARGE] AS [IS_RECHARGE],
    p.[IS_RETAINED_EARNINGS] AS [IS_RETAINED_EARNINGS],
    p.[CONSO_ACCOUNT_NO] AS [CONSO_ACCOUNT_NO],
    p.[CONSO_ACCOUNT_NAME] AS [CONSO_ACCOUNT_NAME],
    p.[IFRS_LEVEL_1_NAME] AS [IFRS_LEVEL_1_NAME],
    p.[IFRS_LEVEL_2_NAME] AS [IFRS_LEVEL_2_NAME],
    p.[IFRS_LEVEL_3_NAME] AS [IFRS_LEVEL_3_NAME],
    p.[IS_INTERCO] AS [IS_INTERCO]
FROM population AS p
ORDER BY p.[ID_COMPANY], p.[GROUP_COA_ACCOUNT_NO], p.[CURRENCY], p.[BUSLINE_CODE], p.[PARTNER_CODE],
    p.[BALANCE_AT_DATE]
