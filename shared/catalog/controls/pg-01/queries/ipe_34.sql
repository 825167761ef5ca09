-- ipe_34: items that were refunded and not returned, or returned and not refunded.
-- One row is an order item and its case, which are the key with the company; control total: AmountToRefund.
--
-- What was refunded before the goods came back is positive, goods that came back before the refund are negative.
WITH population AS (
    SELECT
        s.[ID_COMPANY],
        s.[COD_OMS_SALES_ORDER_ITEM],
        'Refunded not yet returned' AS [Case_Type],
        s.[CURRENT_STATUS],
        s.[IS_MARKETPLACE],
        s.[ORDER_NR],
        s.[BOB_ID_CUSTOMER],
        s.[RETURN_DATE],
        s.[IS_GLOBAL],
        s.[FINANCE_VERIFIED_DATE],
        s.[REFUND_DATE],
        -- What is unknown inside the formula is nothing; a voucher's shipping is given back unless it was a coupon's.
        COALESCE(s.[MTR_PRICE_AFTER_DISCOUNT], 0) + COALESCE(s.[MTR_BASE_SHIPPING_AMOUNT], 0)
            + COALESCE(s.[MTR_CUSTOMS_FEE], 0) - COALESCE(s.[MTR_CUSTOMS_FEE_CART_RULE_DISCOUNT], 0)
            - COALESCE(s.[MTR_SHIPPING_CART_RULE_DISCOUNT], 0)
            - CASE WHEN s.[VOUCHER_TYPE] = 'coupon' THEN COALESCE(s.[MTR_SHIPPING_VOUCHER_DISCOUNT], 0) ELSE 0 END
            AS [AmountToRefund]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_SOI] AS s
    JOIN @companies AS c ON c.value = s.[ID_COMPANY]
    WHERE s.[REFUND_DATE] >= '2019-01-01'
      AND s.[REFUND_DATE] < @cutoff_end
      AND (s.[RETURN_DATE] IS NULL OR s.[RETURN_DATE] >= @cutoff_end)
      AND s.[DELIVERED_DATE] IS NOT NULL
    UNION ALL
    SELECT
        s.[ID_COMPANY],
        s.[COD_OMS_SALES_ORDER_ITEM],
        'Returned not yet refunded' AS [Case_Type],
        s.[CURRENT_STATUS],
        s.[IS_MARKETPLACE],
        s.[ORDER_NR],
        s.[BOB_ID_CUSTOMER],
        s.[RETURN_DATE],
        s.[IS_GLOBAL],
        s.[FINANCE_VERIFIED_DATE],
        s.[REFUND_DATE],
        -1 * (
            COALESCE(s.[MTR_PRICE_AFTER_DISCOUNT], 0) + COALESCE(s.[MTR_BASE_SHIPPING_AMOUNT], 0)
            + COALESCE(s.[MTR_CUSTOMS_FEE], 0) - COALESCE(s.[MTR_CUSTOMS_FEE_CART_RULE_DISCOUNT], 0)
            - COALESCE(s.[MTR_SHIPPING_CART_RULE_DISCOUNT], 0)
            - CASE WHEN s.[VOUCHER_TYPE] = 'coupon' THEN COALESCE(s.[MTR_SHIPPING_VOUCHER_DISCOUNT], 0) ELSE 0 END
        ) AS [AmountToRefund]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_SOI] AS s
    JOIN @companies AS c ON c.value = s.[ID_COMPANY]
    WHERE s.[RETURN_DATE] >= '2019-01-01'
      AND s.[RETURN_DATE] < @cutoff_end
      AND (s.[REFUND_DATE] IS NULL OR s.[REFUND_DATE] >= @cutoff_end)
)
SELECT
    p.[ID_COMPANY] AS [ID_COMPANY],
    p.[CURRENT_STATUS] AS [CURRENT_STATUS],
    p.[Case_Type] AS [Case_Type],
    p.[IS_MARKETPLACE] AS [IS_MARKETPLACE],
    p.[ORDER_NR] AS [ORDER_NR],
    p.[BOB_ID_CUSTOMER] AS [BOB_ID_CUSTOMER],
    p.[RETURN_DATE] AS [RETURN_DATE],
    p.[IS_GLOBAL] AS [IS_GLOBAL],
    p.[FINANCE_VERIFIED_DATE] AS [FINANCE_VERIFIED_DATE],
    p.[REFUND_DATE] AS [REFUND_DATE],
    n.[OMS_Type] AS [OMS_Type],
    t.[Customer_Type_L1] AS [Customer_Type_L1],
    p.[AmountToRefund] AS [AmountToRefund],
    p.[COD_OMS_SALES_ORDER_ITEM] AS [COD_OMS_SALES_ORDER_ITEM]
FROM population AS p
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_REFUND_NO_RETURN] AS n
    ON n.[ID_COMPANY] = p.[ID_COMPANY] AND n.[COD_OMS_SALES_ORDER_ITEM] = p.[COD_OMS_SALES_ORDER_ITEM]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_DIM_BOB_CUSTOMER_TYPE] AS t
    ON t.[ID_COMPANY] = p.[ID_COMPANY] AND t.[BOB_ID_CUSTOMER] = p.[BOB_ID_CUSTOMER]
ORDER BY p.[ID_COMPANY], p.[COD_OMS_SALES_ORDER_ITEM], p.[Case_Type]
