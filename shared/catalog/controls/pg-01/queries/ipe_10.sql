-- ipe_10: items that customers paid for and that are not delivered.
-- One row is an order item; key: company and COD_OMS_SALES_ORDER_ITEM; control total: PAID_FOR_ITEMS and
-- PAID_FOR_SHIPPING.
WITH population AS (
    SELECT
        s.[ID_COMPANY],
        s.[IS_PREPAYMENT],
        s.[COD_OMS_SALES_ORDER_ITEM],
        s.[ORDER_NR],
        s.[BOB_ID_CUSTOMER],
        s.[CURRENT_STATUS],
        s.[IS_CLOSED],
        s.[IS_MARKETPLACE],
        s.[PAYMENT_METHOD],
        s.[ORDER_CREATION_DATE],
        s.[FINANCE_VERIFIED_DATE],
        s.[DELIVERED_DATE],
        s.[PACKAGE_DELIVERY_DATE],
        s.[REFUND_COMPLETED],
        s.[REFUND_DATE],
        s.[FAIL_DATE],
        -- What is unknown inside the formula is nothing.
        COALESCE(s.[MTR_UNIT_PRICE], 0) - COALESCE(s.[MTR_COUPON_MONEY_VALUE], 0)
            - COALESCE(s.[MTR_CART_RULE_DISCOUNT], 0) AS [PAID_FOR_ITEMS],
        s.[MTR_PAID_PRICE] AS [PAID_PRICE],
        COALESCE(s.[MTR_BASE_SHIPPING_AMOUNT], 0) - COALESCE(s.[MTR_SHIPPING_CART_RULE_DISCOUNT], 0)
            - COALESCE(s.[MTR_SHIPPING_VOUCHER_DISCOUNT], 0) + COALESCE(s.[MTR_CUSTOMS_FEE], 0)
            - COALESCE(s.[MTR_CUSTOMS_FEE_CART_RULE_DISCOUNT], 0)
            + COALESCE(s.[MTR_INTERNATIONAL_FREIGHT_FEE], 0) AS [PAID_FOR_SHIPPING],
        s.[DELIVERY_TYPE]
    FROM [AIG_Nav_Jumia_Reconciliation].[dbo].[RPT_SOI] AS s
    JOIN @companies AS c ON c.value = s.[ID_COMPANY]
    WHERE s.[IS_PREPAYMENT] = 1
      AND s.[FINANCE_VERIFIED_DATE] >= '2018-01-01'
      AND s.[FINANCE_VERIFIED_DATE] < @cutoff_end
      AND s.[ORDER_CREATION_DATE] >= '2018-01-01'
      AND (s.[REFUND_DATE] IS NULL OR s.[REFUND_DATE] >= @cutoff_end)
      -- Marketplace items and what has no parcel count as delivered by their own date, all others by their package's.
      -- A delivery type that is unknown is not one of the two.
      AND (
          (
              (s.[IS_MARKETPLACE] = 1 OR COALESCE(s.[DELIVERY_TYPE], '') IN ('Digital Content', 'Gift Card'))
              AND (s.[DELIVERED_DATE] IS NULL OR s.[DELIVERED_DATE] >= @cutoff_end)
          )
          OR (
              s.[IS_MARKETPLACE] = 0
              AND COALESCE(s.[DELIVERY_TYPE], '') NOT IN ('Digital Content', 'Gift Card')
              AND (s.[PACKAGE_DELIVERY_DATE] IS NULL OR s.[PACKAGE_DELIVERY_DATE] >= @cutoff_end)
          )
      )
)
SELECT
    p.[ID_COMPANY] AS [ID_COMPANY],
    p.[IS_PREPAYMENT] AS [IS_PREPAYMENT],
    p.[COD_OMS_SALES_ORDER_ITEM] AS [COD_OMS_SALES_ORDER_ITEM],
    p.[ORDER_NR] AS [ORDER_NR],
    p.[BOB_ID_CUSTOMER] AS [BOB_ID_CUSTOMER],
    p.[CURRENT_STATUS] AS [CURRENT_STATUS],
    p.[IS_CLOSED] AS [IS_CLOSED],
    p.[IS_MARKETPLACE] AS [IS_MARKETPLACE],
    p.[PAYMENT_METHOD] AS [PAYMENT_METHOD],
    p.[ORDER_CREATION_DATE] AS [ORDER_CREATION_DATE],
    p.[FINANCE_VERIFIED_DATE] AS [FINANCE_VERIFIED_DATE],
    p.[DELIVERED_DATE] AS [DELIVERED_DATE],
    p.[PACKAGE_DELIVERY_DATE] AS [PACKAGE_DELIVERY_DATE],
    p.[REFUND_COMPLETED] AS [REFUND_COMPLETED],
    p.[REFUND_DATE] AS [REFUND_DATE],
    p.[FAIL_DATE] AS [FAIL_DATE],
    p.[PAID_FOR_ITEMS] AS [PAID_FOR_ITEMS],
    p.[PAID_PRICE] AS [PAID_PRICE],
    p.[PAID_FOR_SHIPPING] AS [PAID_FOR_SHIPPING],
    p.[DELIVERY_TYPE] AS [DELIVERY_TYPE]
FROM population AS p
ORDER BY p.[ID_COMPANY], p.[COD_OMS_SALES_ORDER_ITEM]
