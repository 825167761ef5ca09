-- ipe_08_usage: delivered uses of vouchers.
-- One row is a voucher, type, business use, year of creation and month of delivery, which are the key with the
-- company; control total: TotalAmountUsed.
--
-- The population is grouped by the voucher's code, of which a company has each once: looking the voucher up behind it
-- leaves the number of rows as it is, or the count tells.
WITH population AS (
    SELECT
        s.[ID_COMPANY],
        s.[VOUCHER_CODE],
        s.[VOUCHER_TYPE],
        YEAR(s.[PACKAGE_DELIVERY_DATE]) * 100 + MONTH(s.[PACKAGE_DELIVERY_DATE]) AS delivery_month,
        SUM(COALESCE(s.[MTR_SHIPPING_VOUCHER_DISCOUNT], 0)) AS shipping_storecredit,
        SUM(CASE WHEN s.[IS_MARKETPLACE] = 1 THEN COALESCE(s.[MTR_COUPON_MONEY_VALUE], 0) ELSE 0 END)
            AS mpl_storecredit,
        SUM(CASE WHEN s.[IS_MARKETPLACE] = 0 THEN COALESCE(s.[MTR_COUPON_MONEY_VALUE], 0) ELSE 0 END)
            AS rtl_storecredit
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_SOI] AS s
    JOIN @companies AS c ON c.value = s.[ID_COMPANY]
    WHERE s.[VOUCHER_TYPE] = 'reusablecredit'
      AND s.[VOUCHER_CODE] IS NOT NULL
      AND s.[PACKAGE_DELIVERY_DATE] < @cutoff_end
      AND s.[DELIVERED_DATE] >= '2015-01-01'
    GROUP BY
        s.[ID_COMPANY],
        s.[VOUCHER_CODE],
        s.[VOUCHER_TYPE],
        YEAR(s.[PACKAGE_DELIVERY_DATE]) * 100 + MONTH(s.[PACKAGE_DELIVERY_DATE])
)
SELECT
    p.[ID_COMPANY] AS [ID_Company],
    v.[id] AS [id],
    p.[VOUCHER_TYPE] AS [voucher_type],
    v.[business_use] AS [business_use],
    YEAR(v.[created_at]) AS [creation_year],
    p.delivery_month AS [Delivery_mth],
    p.shipping_storecredit AS [shipping_storecredit],
    p.mpl_storecredit AS [MPL_storecredit],
    p.rtl_storecredit AS [RTL_storecredit],
    p.shipping_storecredit + p.mpl_storecredit + p.rtl_storecredit AS [TotalAmountUsed]
FROM population AS p
-- Without a window: a voucher that is too old for ipe_08 is known here, and its uses find their type.
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[V_STORECREDITVOUCHER_CLOSING] AS v
    ON v.[ID_COMPANY] = p.[ID_COMPANY] AND v.[code] = p.[VOUCHER_CODE]
ORDER BY p.[ID_COMPANY], v.[id], p.[VOUCHER_TYPE], v.[business_use], p.delivery_month
