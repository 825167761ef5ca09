-- ipe_08: vouchers as they stood when the period was closed.
-- One row is a voucher; key: company and id; control total: remaining_amount.
--
-- Every business use is extracted, marketing as well: what counts is decided after extraction and shown there.
WITH population AS (
    SELECT
        v.[ID_COMPANY],
        v.[id],
        v.[code],
        v.[business_use],
        v.[is_active],
        v.[type],
        v.[discount_amount],
        v.[from_date],
        v.[to_date],
        v.[Is_Valid],
        v.[created_at],
        v.[last_update],
        v.[last_time_used],
        v.[snapshot_date],
        v.[voucher_inactive_date],
        v.[template_inactive_date],
        v.[reason],
        v.[updated_at],
        v.[fk_customer],
        v.[used_discount_amount],
        v.[times_used],
        v.[remaining_amount],
        v.[voucher_type],
        v.[shipping_discount]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[V_STORECREDITVOUCHER_CLOSING] AS v
    JOIN @companies AS c ON c.value = v.[ID_COMPANY]
    WHERE v.[created_at] >= '2017-01-01'
      AND v.[created_at] < @cutoff_end
),
used AS (
    -- By company and code only: one voucher with uses under two voucher types is still one row.
    SELECT
        s.[ID_COMPANY],
        s.[VOUCHER_CODE],
        SUM(COALESCE(s.[MTR_SHIPPING_VOUCHER_DISCOUNT], 0)) AS shipping_storecredit,
        SUM(CASE WHEN s.[IS_MARKETPLACE] = 1 THEN COALESCE(s.[MTR_COUPON_MONEY_VALUE], 0) ELSE 0 END)
            AS mpl_storecredit,
        SUM(CASE WHEN s.[IS_MARKETPLACE] = 0 THEN COALESCE(s.[MTR_COUPON_MONEY_VALUE], 0) ELSE 0 END)
            AS rtl_storecredit
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_SOI] AS s
    JOIN @companies AS c ON c.value = s.[ID_COMPANY]
    WHERE s.[PACKAGE_DELIVERY_DATE] < @cutoff_end
      AND s.[DELIVERED_DATE] >= '2015-01-01'
      AND s.[VOUCHER_CODE] IS NOT NULL
    GROUP BY s.[ID_COMPANY], s.[VOUCHER_CODE]
)
SELECT
    p.[ID_COMPANY] AS [ID_COMPANY],
    p.[id] AS [id],
    p.[business_use] AS [business_use],
    -- One spelling; the vouchers of the app apart by the letters of their codes.
    CASE
        WHEN REPLACE(LOWER(LTRIM(RTRIM(p.[business_use]))), ' ', '_') <> 'jpay_store_credit'
            THEN REPLACE(LOWER(LTRIM(RTRIM(p.[business_use]))), ' ', '_')
        WHEN LEFT(p.[code], 2) = 'GC' THEN 'jpay_store_credit_GC'
        WHEN LEFT(p.[code], 2) = 'JP' THEN 'jpay_store_credit_JP'
        ELSE 'jpay_store_credit_other'
    END AS [business_use_formatted],
    t.[template_id] AS [template_id],
    t.[template_name] AS [template_name],
    t.[description] AS [description],
    p.[is_active] AS [is_active],
    p.[type] AS [type],
    t.[template_status] AS [Template_status],
    p.[discount_amount] AS [discount_amount],
    p.[from_date] AS [from_date],
    p.[to_date] AS [to_date],
    YEAR(p.[to_date]) * 100 + MONTH(p.[to_date]) AS [expiration_ym],
    -- As operations say it. The control decides by to_date, and lists where this word disagrees.
    p.[Is_Valid] AS [Is_Valid],
    p.[created_at] AS [created_at],
    YEAR(p.[created_at]) * 100 + MONTH(p.[created_at]) AS [creation_ym],
    YEAR(p.[last_update]) * 100 + MONTH(p.[last_update]) AS [last_update_ym],
    p.[last_time_used] AS [last_time_used],
    p.[snapshot_date] AS [snapshot_date],
    p.[voucher_inactive_date] AS [voucher_inactive_date],
    p.[template_inactive_date] AS [template_inactive_date],
    YEAR(p.[voucher_inactive_date]) * 100 + MONTH(p.[voucher_inactive_date]) AS [codeinactive_ym],
    YEAR(p.[template_inactive_date]) * 100 + MONTH(p.[template_inactive_date]) AS [templateinactive_ym],
    p.[reason] AS [reason],
    p.[updated_at] AS [updated_at],
    p.[fk_customer] AS [fk_customer],
    p.[used_discount_amount] AS [used_discount_amount],
    p.[times_used] AS [times_used],
    p.[remaining_amount] AS [remaining_amount],
    p.[voucher_type] AS [voucher_type],
    p.[shipping_discount] AS [shipping_discount],
    u.shipping_storecredit AS [shipping_storecredit],
    u.mpl_storecredit AS [MPL_storecredit],
    u.rtl_storecredit AS [RTL_storecredit],
    COALESCE(u.shipping_storecredit + u.mpl_storecredit + u.rtl_storecredit, 0) AS [TotalAmountUsed],
    p.[discount_amount] - COALESCE(u.shipping_storecredit + u.mpl_storecredit + u.rtl_storecredit, 0)
        AS [TotalRemainingAmount],
    -- Falls back to to_date, which is why the control never reads it as a date of withdrawal.
    CASE
        WHEN p.[voucher_inactive_date] <= p.[template_inactive_date] THEN p.[voucher_inactive_date]
        ELSE COALESCE(p.[template_inactive_date], p.[voucher_inactive_date], p.[to_date])
    END AS [min_inactive_date]
FROM population AS p
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[StoreCreditVoucher] AS t
    ON t.[ID_COMPANY] = p.[ID_COMPANY] AND t.[id] = p.[id]
LEFT JOIN used AS u
    ON u.[ID_COMPANY] = p.[ID_COMPANY] AND u.[VOUCHER_CODE] = p.[code]
ORDER BY p.[ID_COMPANY], p.[id]
