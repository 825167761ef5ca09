//! The data sets of PG-01: names, headers and how each export spells its values.
//!
//! The headers are those of today's exports, letter by letter.

use crate::cell::Spelling;
use crate::csv_file::Layout;

/// A data set of PG-01, in the order in which the files are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DataSet {
    Cr03,
    Cr04,
    Cr05,
    Cr05a,
    Ipe07,
    Ipe08,
    Ipe08Usage,
    Ipe10,
    Ipe11,
    Ipe12,
    Ipe31,
    Ipe34,
    Jdash,
}

impl DataSet {
    pub(super) const ALL: [Self; 13] = [
        Self::Cr03,
        Self::Cr04,
        Self::Cr05,
        Self::Cr05a,
        Self::Ipe07,
        Self::Ipe08,
        Self::Ipe08Usage,
        Self::Ipe10,
        Self::Ipe11,
        Self::Ipe12,
        Self::Ipe31,
        Self::Ipe34,
        Self::Jdash,
    ];

    /// The name, which is also that of the file.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Cr03 => "cr_03",
            Self::Cr04 => "cr_04",
            Self::Cr05 => "cr_05",
            Self::Cr05a => "cr_05a",
            Self::Ipe07 => "ipe_07",
            Self::Ipe08 => "ipe_08",
            Self::Ipe08Usage => "ipe_08_usage",
            Self::Ipe10 => "ipe_10",
            Self::Ipe11 => "ipe_11",
            Self::Ipe12 => "ipe_12",
            Self::Ipe31 => "ipe_31",
            Self::Ipe34 => "ipe_34",
            Self::Jdash => "jdash",
        }
    }

    /// What its file looks like.
    pub(super) fn layout(self) -> Layout {
        let headers: Vec<&'static str> = self.headers().split('|').collect();
        let place = |name: &&str| headers.iter().position(|header| header == name);
        let amounts = self.amount_columns().iter().filter_map(place).collect();
        let marked = self == Self::Ipe34;
        Layout { headers, amounts, spelling: self.spelling(), marked, without: None, repeated: None }
    }

    /// The columns whose sum is the control total.
    fn amount_columns(self) -> &'static [&'static str] {
        match self {
            Self::Cr03 | Self::Ipe31 => &["Amount"],
            Self::Cr04 => &["BALANCE_AT_DATE"],
            Self::Cr05 => &["FX_rate"],
            Self::Cr05a => &["Relational Exch_ Rate Amount"],
            Self::Ipe07 => &["rem_amt_LCY"],
            Self::Ipe08 => &["remaining_amount"],
            Self::Ipe08Usage => &["TotalAmountUsed"],
            Self::Ipe10 => &["PAID_FOR_ITEMS", "PAID_FOR_SHIPPING"],
            Self::Ipe11 => &["SC_Transaction_Amount"],
            Self::Ipe12 => &["amount_expected"],
            Self::Ipe34 => &["AmountToRefund"],
            Self::Jdash => &["Amount Used"],
        }
    }

    /// Null, decimals, booleans and moments as the client of that export writes them.
    fn spelling(self) -> Spelling {
        let (null, decimals, flags, between) = match self {
            Self::Cr03 | Self::Ipe07 => ("", 20, ["0", "1"], ' '),
            Self::Ipe08 => ("NULL", 4, ["0", "1"], 'T'),
            Self::Ipe10 | Self::Ipe12 => ("NULL", 2, ["0.0", "1.0"], ' '),
            Self::Ipe34 => ("", 2, ["False", "True"], ' '),
            _ => ("", 2, ["0", "1"], ' '),
        };
        Spelling { null, decimals, flags, between }
    }

    /// The headers, with `|` between them.
    fn headers(self) -> &'static str {
        match self {
            Self::Cr03 => concat!(
                "id_company|Company_Country|Flg_In_Conso_Scope|Opco/Central_?|Entry No_|Document No_|",
                "External Document No_|Voucher No_|Posting Date|Document Date|Document Type|Chart of Accounts No_|",
                "Account Name|Group_COA_Account_no|Group_COA_Account_Name|Document Description|Amount|",
                "Remaining_amount|Busline Code|Department Code|Bal_ Account Type|Bal_ Account No_|",
                "Bal_ Account Name|Reason Code|Source Code|Reversed|User ID|G_L Creation Date|Destination Code|",
                "Partner Code|System-Created Entry|Source Type|Source No|IC Partner Code|VendorTag Code|",
                "CustomerTag Code|Service_Period|Level_1_Name|Level_2_Name|Level_3_Name|EntryType|Comment"
            ),
            Self::Cr04 => concat!(
                "ID_COMPANY|COMPANY_NAME|COUNTRY_CODE|COUNTRY_NAME|CLOSING_DATE|REFRESH_DATE|GROUP_COA_ACCOUNT_NO|",
                "GROUP_COA_ACCOUNT_NAME|REAL_COA|CURRENCY|FX_RATE|BALANCE_AT_DATE|BUSLINE_CODE|",
                "REPORTING_COUNTRY_CODE|REPORTING_COUNTRY_NAME|PARTNER_CODE|IC_PARTNER_CODE|IS_RECHARGE|",
                "IS_RETAINED_EARNINGS|CONSO_ACCOUNT_NO|CONSO_ACCOUNT_NAME|IFRS_LEVEL_1_NAME|IFRS_LEVEL_2_NAME|",
                "IFRS_LEVEL_3_NAME|IS_INTERCO"
            ),
            Self::Cr05 => concat!(
                "Company_Code|Company_Name|Opco/Central_?|Company_Country|Is_Active?|rate_type|year|cod_month|",
                "FX_rate|Country_Name"
            ),
            Self::Cr05a => "Currency Code|year|month|Relational Exch_ Rate Amount",
            Self::Ipe07 => concat!(
                "id_company|Company_Country|Opco/Central_?|Entry No_|GL Entry No_|Document No_|Document Type|",
                "External Document No_|Posting Date|Customer No_|Customer Name|Customer Busline|",
                "Automatically integrated|currentpostinggroup|Stream|Customer Posting Group|Description|Source Code|",
                "Reason Code|Busline Code|Busline_Vertical_Name_1|Busline_Vertical_Name_2|Busline_Vertical_Name_3|",
                "Department Code|Original Amount|Currency|Original Amount (LCY)|rem_amt_LCY|Open|Due Date|Posted by|",
                "Destination Code|Partner Code|IC Partner Code|Debit_Credit_DueMonth"
            ),
            Self::Ipe08 => concat!(
                "ID_COMPANY|id|business_use|business_use_formatted|template_id|template_name|description|is_active|",
                "type|Template_status|discount_amount|from_date|to_date|expiration_ym|Is_Valid|created_at|",
                "creation_ym|last_update_ym|last_time_used|snapshot_date|voucher_inactive_date|",
                "template_inactive_date|codeinactive_ym|templateinactive_ym|reason|updated_at|fk_customer|",
                "used_discount_amount|times_used|remaining_amount|voucher_type|shipping_discount|",
                "shipping_storecredit|MPL_storecredit|RTL_storecredit|TotalAmountUsed|TotalRemainingAmount|",
                "min_inactive_date"
            ),
            Self::Ipe08Usage => concat!(
                "ID_Company|id|voucher_type|business_use|creation_year|Delivery_mth|shipping_storecredit|",
                "MPL_storecredit|RTL_storecredit|TotalAmountUsed"
            ),
            _ => self.headers_of_orders(),
        }
    }

    /// The headers of what is read from orders, collections and the list of operations.
    fn headers_of_orders(self) -> &'static str {
        match self {
            Self::Ipe10 => concat!(
                "ID_COMPANY|IS_PREPAYMENT|COD_OMS_SALES_ORDER_ITEM|ORDER_NR|BOB_ID_CUSTOMER|CURRENT_STATUS|IS_CLOSED|",
                "IS_MARKETPLACE|PAYMENT_METHOD|ORDER_CREATION_DATE|FINANCE_VERIFIED_DATE|DELIVERED_DATE|",
                "PACKAGE_DELIVERY_DATE|REFUND_COMPLETED|REFUND_DATE|FAIL_DATE|PAID_FOR_ITEMS|PAID_PRICE|",
                "PAID_FOR_SHIPPING|DELIVERY_TYPE"
            ),
            Self::Ipe11 => concat!(
                "ID_Company|SC_Created_Date|SC_ID_Transaction|SC_ID_Seller|SC_Seller_Name|SC_Transaction_Type|",
                "Order_Nr|SC_Transaction_Amount|SC_ID_Account_Statement|SC_End_Date|ASG_Level_1|ASG_Level_2|",
                "ASG_Level_3|ASG_Level_4"
            ),
            Self::Ipe12 => concat!(
                "ID_COMPANY|COD_OMS_ID_PACKAGE|PAYMENT_METHOD|IS_MARKETPLACE|Order_nr|PACKAGE_NUMBER|VOUCHER_TYPE|",
                "BOB_ID_CUSTOMER|ORDER_NR|ORDER_CREATION_DATE|SHIPPED_DATE|DELIVERED_DATE|PACKAGE_DELIVERY_DATE|",
                "IS_PREPAYMENT|MTR_SHIPPING_FEE_MODIFICATION|TRACKING_NUMBER|OMS_PACKAGE_STATUS|Customer Type|",
                "amount_expected|amount_received|fk_package_status|delivered_update_date|delivery_date|",
                "fk_collection_partner|last_mile|package_status|payment_method_confirmed|order_nr|",
                "troubleshoot_resolution_date|amount_paid|paid_price|paid_shipping"
            ),
            Self::Ipe31 => concat!(
                "ID_Company|Event_date|CP|Transaction_Type|Related_Entity|Amount|SERVICE_PROVIDER|Type|ERP_Name|",
                "Company_Country|Closing_date|G_L Bank Account No_|Source_Id|Branch"
            ),
            Self::Ipe34 => concat!(
                "ID_COMPANY|CURRENT_STATUS|Case_Type|IS_MARKETPLACE|ORDER_NR|BOB_ID_CUSTOMER|RETURN_DATE|IS_GLOBAL|",
                "FINANCE_VERIFIED_DATE|REFUND_DATE|OMS_Type|Customer_Type_L1|AmountToRefund|COD_OMS_SALES_ORDER_ITEM"
            ),
            _ => "Voucher Id|Company|Amount Used|Usage Date|Order Id|Status",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_total_names_a_column() {
        for set in DataSet::ALL {
            assert_eq!(set.layout().amounts.len(), set.amount_columns().len(), "{}", set.id());
        }
    }

    #[test]
    fn headers_have_no_space_around_them() {
        for set in DataSet::ALL {
            assert!(set.layout().headers.iter().all(|header| header.trim() == *header && !header.is_empty()));
        }
    }
}
