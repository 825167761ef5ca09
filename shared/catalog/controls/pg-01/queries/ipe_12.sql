-- ipe_12: items of packages that are paid on delivery, whose cash is not reconciled.
-- One row is an order item of a package; it has no key; control total: amount_expected.
--
-- The cash record is that of the whole package and comes with each of its items: it counts once a package, which is
-- seen to after extraction. The windows end with the cutoff, not with the month of the day on which the query runs.
WITH population AS (
    SELECT
        s.[ID_COMPANY],
        s.[COD_OMS_SALES_ORDER_ITEM],
        s.[COD_OMS_ID_PACKAGE],
        s.[PAYMENT_METHOD],
        s.[IS_MARKETPLACE],
        s.[ORDER_NR],
        s.[PACKAGE_NUMBER],
        s.[VOUCHER_TYPE],
        s.[BOB_ID_CUSTOMER],
        s.[ORDER_CREATION_DATE],
        s.[SHIPPED_DATE],
        s.[DELIVERED_DATE],
        s.[PACKAGE_DELIVERY_DATE],
        s.[IS_PREPAYMENT],
        s.[MTR_SHIPPING_FEE_MODIFICATION],
        s.[TRACKING_NUMBER],
        s.[OMS_PACKAGE_STATUS],
        s.[MTR_PAID_PRICE] AS [paid_price],
        -- What is unknown inside the formula is nothing.
        COALESCE(s.[MTR_BASE_SHIPPING_AMOUNT], 0) - COALESCE(s.[MTR_SHIPPING_CART_RULE_DISCOUNT], 0)
            - COALESCE(s.[MTR_SHIPPING_VOUCHER_DISCOUNT], 0) + COALESCE(s.[MTR_CUSTOMS_FEE], 0)
            - COALESCE(s.[MTR_CUSTOMS_FEE_CART_RULE_DISCOUNT], 0)
            + COALESCE(s.[MTR_INTERNATIONAL_FREIGHT_FEE], 0)
            - COALESCE(s.[MTR_INTERNATIONAL_DELIVERY_FEE_CART_RULE_DISCOUNT], 0) AS [paid_shipping]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_SOI] AS s
    JOIN @companies AS c ON c.value = s.[ID_COMPANY]
    WHERE s.[IS_PREPAYMENT] = 0
      AND (s.[PAYMENT_METHOD] IS NULL OR s.[PAYMENT_METHOD] <> 'NoPayment')
      AND s.[DELIVERED_DATE] >= '2019-01-01'
      AND s.[DELIVERED_DATE] < @cutoff_end
      -- A semi-join, so that a second cash record repeats nothing where items are counted.
      AND NOT EXISTS (
          SELECT 1
          FROM [STG_AIG_NAV_JUMIA_REC].[OMS].[PACKAGE_CASHREC] AS r
          WHERE r.[ID_COMPANY] = s.[ID_COMPANY]
            AND r.[package_nr] = s.[PACKAGE_NUMBER]
            AND r.[troubleshoot_resolution_date] < @cutoff_end
      )
)
SELECT
    p.[ID_COMPANY] AS [ID_COMPANY],
    p.[COD_OMS_ID_PACKAGE] AS [COD_OMS_ID_PACKAGE],
    p.[PAYMENT_METHOD] AS [PAYMENT_METHOD],
    p.[IS_MARKETPLACE] AS [IS_MARKETPLACE],
    p.[ORDER_NR] AS [Order_nr],
    p.[PACKAGE_NUMBER] AS [PACKAGE_NUMBER],
    p.[VOUCHER_TYPE] AS [VOUCHER_TYPE],
    p.[BOB_ID_CUSTOMER] AS [BOB_ID_CUSTOMER],
    p.[ORDER_NR] AS [ORDER_NR],
    p.[ORDER_CREATION_DATE] AS [ORDER_CREATION_DATE],
    p.[SHIPPED_DATE] AS [SHIPPED_DATE],
    p.[DELIVERED_DATE] AS [DELIVERED_DATE],
    p.[PACKAGE_DELIVERY_DATE] AS [PACKAGE_DELIVERY_DATE],
    p.[IS_PREPAYMENT] AS [IS_PREPAYMENT],
    p.[MTR_SHIPPING_FEE_MODIFICATION] AS [MTR_SHIPPING_FEE_MODIFICATION],
    p.[TRACKING_NUMBER] AS [TRACKING_NUMBER],
    p.[OMS_PACKAGE_STATUS] AS [OMS_PACKAGE_STATUS],
    t.[Customer_Type] AS [Customer Type],
    r.[amount_expected] AS [amount_expected],
    r.[amount_received] AS [amount_received],
    r.[fk_package_status] AS [fk_package_status],
    r.[delivered_update_date] AS [delivered_update_date],
    r.[delivery_date] AS [delivery_date],
    r.[fk_collection_partner] AS [fk_collection_partner],
    r.[last_mile] AS [last_mile],
    r.[package_status] AS [package_status],
    r.[payment_method_confirmed] AS [payment_method_confirmed],
    r.[order_nr] AS [order_nr],
    r.[troubleshoot_resolution_date] AS [troubleshoot_resolution_date],
    r.[amount_paid] AS [amount_paid],
    p.[paid_price] AS [paid_price],
    p.[paid_shipping] AS [paid_shipping]
FROM population AS p
LEFT JOIN [STG_AIG_NAV_JUMIA_REC].[OMS].[PACKAGE_CASHREC] AS r
    ON r.[ID_COMPANY] = p.[ID_COMPANY] AND r.[package_nr] = p.[PACKAGE_NUMBER]
LEFT JOIN [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_DIM_BOB_CUSTOMER_TYPE] AS t
    ON t.[ID_COMPANY] = p.[ID_COMPANY] AND t.[BOB_ID_CUSTOMER] = p.[BOB_ID_CUSTOMER]
ORDER BY p.[ID_COMPANY], p.[PACKAGE_NUMBER], p.[COD_OMS_SALES_ORDER_ITEM], r.[amount_expected]
