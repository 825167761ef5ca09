//! The tables of the databases that the extracts of PG-01 read: where they are and which columns they have.
//!
//! Only what the queries name is here; a table of the real databases has more columns.

/// A source table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    AccountStatements,
    Balances,
    BankAccountPostingGroups,
    BankAccounts,
    Buslines,
    CashDeposits,
    CashRecords,
    CashTransactions,
    ChartOfAccounts,
    CollectionAdjustments,
    CollectionPartners,
    Companies,
    Countries,
    CurrencyRates,
    CustomerEntries,
    CustomerTypes,
    Customers,
    DetailedCustomerEntries,
    DetailedLedgerEntries,
    FxRates,
    Hubs,
    IfrsMapping,
    LedgerEntries,
    OrderItems,
    PackListPayments,
    Reallocations,
    RefundsNoReturn,
    SellerTransactionTypes,
    SellerTransactions,
    StatementTransactions,
    Vendors,
    VoucherTemplates,
    Vouchers,
}

impl Table {
    pub(super) const ALL: [Self; 33] = [
        Self::AccountStatements,
        Self::Balances,
        Self::BankAccountPostingGroups,
        Self::BankAccounts,
        Self::Buslines,
        Self::CashDeposits,
        Self::CashRecords,
        Self::CashTransactions,
        Self::ChartOfAccounts,
        Self::CollectionAdjustments,
        Self::CollectionPartners,
        Self::Companies,
        Self::Countries,
        Self::CurrencyRates,
        Self::CustomerEntries,
        Self::CustomerTypes,
        Self::Customers,
        Self::DetailedCustomerEntries,
        Self::DetailedLedgerEntries,
        Self::FxRates,
        Self::Hubs,
        Self::IfrsMapping,
        Self::LedgerEntries,
        Self::OrderItems,
        Self::PackListPayments,
        Self::Reallocations,
        Self::RefundsNoReturn,
        Self::SellerTransactionTypes,
        Self::SellerTransactions,
        Self::StatementTransactions,
        Self::Vendors,
        Self::VoucherTemplates,
        Self::Vouchers,
    ];

    /// Database, schema and name, with `/` between them; a `/` inside a name is written `%2F`.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::AccountStatements => "RING/dbo/RPT_ACCOUNTSTATEMENTS",
            Self::Balances => "AIG_Nav_Jumia_Reconciliation/dbo/V_BS_ANAPLAN_IMPORT_IFRS_MAPPING_CURRENCY_SPLIT",
            Self::BankAccountPostingGroups => "AIG_Nav_DW/dbo/Bank Account Posting Group",
            Self::BankAccounts => "AIG_Nav_DW/dbo/Bank Accounts",
            Self::Buslines => "AIG_Nav_Jumia_Reconciliation/fdw/Dim_Busline",
            Self::CashDeposits => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_CASHDEPOSIT",
            Self::CashRecords => "STG_AIG_NAV_JUMIA_REC/OMS/PACKAGE_CASHREC",
            Self::CashTransactions => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_CASHREC_TRANSACTION",
            Self::ChartOfAccounts => "AIG_Nav_Jumia_Reconciliation/fdw/Dim_ChartOfAccounts",
            Self::CollectionAdjustments => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_COLLECTIONADJ",
            Self::CollectionPartners => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_COLLECTIONPARTNERS",
            Self::Companies => "AIG_Nav_Jumia_Reconciliation/fdw/Dim_Company",
            Self::Countries => "AIG_Nav_Jumia_Reconciliation/fdw/Dim_Country",
            Self::CurrencyRates => "D365BC14_DZ/dbo/Jade DZ$Currency Exchange Rate",
            Self::CustomerEntries => "AIG_Nav_DW/dbo/Customer Ledger Entries",
            Self::CustomerTypes => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_DIM_BOB_CUSTOMER_TYPE",
            Self::Customers => "AIG_Nav_DW/dbo/Customers",
            Self::DetailedCustomerEntries => "AIG_Nav_DW/dbo/Detailed Customer Ledg_ Entry",
            Self::DetailedLedgerEntries => "AIG_Nav_DW/dbo/Detailed G_L Entry",
            Self::FxRates => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_FX_RATES",
            Self::Hubs => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_HUBS_3PL_MAPPING",
            Self::IfrsMapping => "AIG_Nav_Jumia_Reconciliation/dbo/GDOC_IFRS_Tabular_Mapping",
            Self::LedgerEntries => "AIG_Nav_DW/dbo/G_L Entries",
            Self::OrderItems => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_SOI",
            Self::PackListPayments => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_PACKLIST_PAYMENTS",
            Self::Reallocations => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_CASHREC_REALLOCATIONS",
            Self::RefundsNoReturn => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_REFUND_NO_RETURN",
            Self::SellerTransactionTypes => "AIG_Nav_Jumia_Reconciliation/dbo/GDOC_DIM_ASG_V2",
            Self::SellerTransactions => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_TRANSACTIONS_SELLER",
            Self::StatementTransactions => "RING/dbo/RPT_TRANSACTIONS",
            Self::Vendors => "AIG_Nav_Jumia_Reconciliation/dbo/RPT_VENDORS",
            Self::VoucherTemplates => "AIG_Nav_Jumia_Reconciliation/dbo/StoreCreditVoucher",
            Self::Vouchers => "AIG_Nav_Jumia_Reconciliation/dbo/V_STORECREDITVOUCHER_CLOSING",
        }
    }

    /// Columns as `name:type` with `|` between them; without a type a column is text.
    pub(super) fn columns(self) -> &'static str {
        match self {
            Self::AccountStatements => "ID_Company|Statement_Id:i|Statement_No|RING_End_Date:m",
            Self::Balances => concat!(
                "ID_COMPANY|COMPANY_NAME|COUNTRY_CODE|COUNTRY_NAME|CLOSING_DATE:m|REFRESH_DATE:m|GROUP_COA_ACCOUNT_NO|",
                "GROUP_COA_ACCOUNT_NAME|REAL_COA|CURRENCY|FX_RATE:n|BALANCE_AT_DATE:n|BUSLINE_CODE|",
                "REPORTING_COUNTRY_CODE|REPORTING_COUNTRY_NAME|PARTNER_CODE|IC_PARTNER_CODE|IS_RECHARGE:i|",
                "IS_RETAINED_EARNINGS:i|CONSO_ACCOUNT_NO|CONSO_ACCOUNT_NAME|IFRS_LEVEL_1_NAME|IFRS_LEVEL_2_NAME|",
                "IFRS_LEVEL_3_NAME|IS_INTERCO:i"
            ),
            Self::BankAccountPostingGroups => "id_company|Code|G_L Bank Account No_",
            Self::BankAccounts => "id_company|No_|Service Provider|Bank Acc_ Posting Group",
            Self::Buslines => "id_company|Busline_Code|Vertical_Name_1|Vertical_Name_2|Vertical_Name_3",
            Self::CashDeposits => concat!(
                "ID_Company|Deposit_Id:i|CP|Deposit_Type|Deposit_Status|OMS_Payment_Date:m|Payment_Reversal_Date:m|",
                "Payment_Amount:n|Charges_Amount:n|Applied_Amount:n|Reconciled_Amount:n"
            ),
            Self::CashRecords => concat!(
                "ID_COMPANY|package_nr|amount_expected:n|amount_received:n|fk_package_status:i|",
                "delivered_update_date:m|delivery_date:m|fk_collection_partner:i|last_mile|package_status|",
                "payment_method_confirmed|order_nr|troubleshoot_resolution_date:m|amount_paid:n"
            ),
            Self::CashTransactions => concat!(
                "ID_Company|Transaction_Id:i|CP|Transaction_Type|Related_Entity|Amount:n|Creation_Date:m|Deposit_Id:i|",
                "List_Id:i|List_Date:m|List_Status|List_Reconciled_Amount:n"
            ),
            Self::ChartOfAccounts => {
                "id_company|G/L_Account_No|Account_Name|Group_COA_Account_no|Group_COA_Account_Name"
            }
            Self::CollectionAdjustments => "ID_Company|Related_Id:i|Related_Type|Forced_Closed_Date:m",
            Self::CollectionPartners => "ID_Company|Name|Type|ERP_Name",
            Self::Companies => {
                "Company_Code|Company_Name|Company_Country|Country_Code|Opco/Central_?|Flg_In_Conso_Scope:i|Is_Active?:i"
            }
            Self::Countries => "Country_Code|Country_Name",
            Self::CurrencyRates => "Currency Code|Starting Date:m|Relational Exch_ Rate Amount:n",
            Self::CustomerEntries => concat!(
                "id_company|Entry No_:i|GL Entry No_:i|Document No_|Document Type|External Document No_|",
                "Posting Date:m|Customer No_|Customer Posting Group|Description|Source Code|Reason Code|Busline Code|",
                "Department Code|Original Amount:n|Currency Code|Original Amount (LCY):n|Open:i|Due Date:m|User ID|",
                "Destination Code|Partner Code|IC Partner Code"
            ),
            Self::CustomerTypes => "ID_COMPANY|BOB_ID_CUSTOMER:i|Customer_Type|Customer_Type_L1",
            Self::Customers => "id_company|No_|Name|Busline Code|Customer Posting Group|Stream",
            Self::DetailedCustomerEntries => "id_company|Cust_ Ledger Entry No_:i|Posting Date:m|Amount (LCY):n",
            Self::DetailedLedgerEntries => "id_company|Gen_ Ledger Entry No_:i|G_L Account No_|Posting Date:m|Amount:n",
            _ => self.more_columns(),
        }
    }

    /// The columns of the tables from the second half of the list.
    fn more_columns(self) -> &'static str {
        match self {
            Self::FxRates => "country_code|country|year:i|cod_month:i|rate_type|base_currency|FX_rate:n",
            Self::Hubs => "ID_Company|NODE|SERVICE_PROVIDER",
            Self::IfrsMapping => "Level_4_Code|Level_1_Name|Level_2_Name|Level_3_Name",
            Self::LedgerEntries => concat!(
                "id_company|Entry No_:i|Document No_|External Document No_|Voucher No_|Posting Date:m|",
                "Document Date:m|Document Type|Chart of Accounts No_|Document Description|Amount:n|Busline Code|",
                "Department Code|Bal_ Account Type|Bal_ Account No_|Bal_ Account Name|Reason Code|Source Code|",
                "Reversed:i|User ID|G_L Creation Date:m|Destination Code|Partner Code|System-Created Entry:i|",
                "Source Type|Source No|IC Partner Code|VendorTag Code|CustomerTag Code|Service_Period|Comment"
            ),
            Self::OrderItems => concat!(
                "ID_COMPANY|COD_OMS_SALES_ORDER_ITEM:i|COD_OMS_ID_PACKAGE:i|PACKAGE_NUMBER|ORDER_NR|",
                "BOB_ID_CUSTOMER:i|CURRENT_STATUS|IS_CLOSED:i|IS_MARKETPLACE:i|IS_GLOBAL:i|IS_PREPAYMENT:i|",
                "PAYMENT_METHOD|DELIVERY_TYPE|VOUCHER_TYPE|VOUCHER_CODE|ORDER_CREATION_DATE:m|",
                "FINANCE_VERIFIED_DATE:m|SHIPPED_DATE:m|DELIVERED_DATE:m|PACKAGE_DELIVERY_DATE:m|RETURN_DATE:m|",
                "REFUND_COMPLETED:i|REFUND_DATE:m|FAIL_DATE:m|TRACKING_NUMBER|OMS_PACKAGE_STATUS|MTR_UNIT_PRICE:n|",
                "MTR_COUPON_MONEY_VALUE:n|MTR_CART_RULE_DISCOUNT:n|MTR_PAID_PRICE:n|MTR_PRICE_AFTER_DISCOUNT:n|",
                "MTR_BASE_SHIPPING_AMOUNT:n|MTR_SHIPPING_CART_RULE_DISCOUNT:n|MTR_SHIPPING_VOUCHER_DISCOUNT:n|",
                "MTR_CUSTOMS_FEE:n|MTR_CUSTOMS_FEE_CART_RULE_DISCOUNT:n|MTR_INTERNATIONAL_FREIGHT_FEE:n|",
                "MTR_INTERNATIONAL_DELIVERY_FEE_CART_RULE_DISCOUNT:n|MTR_SHIPPING_FEE_MODIFICATION:n"
            ),
            Self::PackListPayments => concat!(
                "ID_Company|List_Id:i|CP|List_Created_Date:m|List_Status|List_Reconciled_Amount:n|Amount_Received:n|",
                "Payment_Id:i|Payment_Date:m|Payment_Applied:n|Charges_Applied:n"
            ),
            Self::Reallocations => concat!(
                "ID_Company|Reallocation_Id:i|From_CP|To_CP|Related_Entity|Amount:n|Original_Date:m|",
                "Reallocated_Date:m"
            ),
            Self::RefundsNoReturn => "ID_COMPANY|COD_OMS_SALES_ORDER_ITEM:i|OMS_Type",
            Self::SellerTransactionTypes => {
                "ID_Company|Transaction_Type|ASG_Level_1|ASG_Level_2|ASG_Level_3|ASG_Level_4"
            }
            Self::SellerTransactions => concat!(
                "ID_Company|Transaction_Id:i|Seller_Id:i|Transaction_Type|Created_Date:m|Order_Nr|Amount:n|",
                "Statement_Id:i"
            ),
            Self::StatementTransactions => "ID_Company|Transaction_Id:i|Order_Nr",
            Self::Vendors => "ID_Company|Seller_Id:i|Seller_Name",
            Self::VoucherTemplates => "ID_COMPANY|id:i|template_id:i|template_name|description|template_status",
            _ => concat!(
                "ID_COMPANY|id:i|code|business_use|is_active:i|type|discount_amount:n|from_date:m|to_date:m|Is_Valid|",
                "created_at:m|last_update:m|last_time_used:m|snapshot_date:m|voucher_inactive_date:m|",
                "template_inactive_date:m|reason|updated_at:m|fk_customer:i|used_discount_amount:n|times_used:i|",
                "remaining_amount:n|voucher_type|shipping_discount:n"
            ),
        }
    }
}
