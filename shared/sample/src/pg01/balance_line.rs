//! The lines of the balance sheet at which the control concludes.
//!
//! In the order of the lowest account of each.

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BalanceLine {
    Collections,
    CustomerReceivables,
    DeliveredNotReconciled,
    RefundLiability,
    CustomerPrepayments,
    VoucherLiability,
}

impl BalanceLine {
    pub(super) const ALL: [Self; 6] = [
        Self::Collections,
        Self::CustomerReceivables,
        Self::DeliveredNotReconciled,
        Self::RefundLiability,
        Self::CustomerPrepayments,
        Self::VoucherLiability,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Collections => "collections",
            Self::CustomerReceivables => "customer_receivables",
            Self::DeliveredNotReconciled => "delivered_not_reconciled",
            Self::RefundLiability => "refund_liability",
            Self::CustomerPrepayments => "customer_prepayments",
            Self::VoucherLiability => "voucher_liability",
        }
    }

    /// The accounts, with what each is called.
    pub(super) fn accounts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Collections => &[("13001", "Cash in transit"), ("13002", "Collections of partners")],
            Self::CustomerReceivables => &[
                ("13003", "Trade receivables"),
                ("13004", "Other receivables of customers"),
                ("13009", "Allowance for doubtful receivables"),
            ],
            Self::DeliveredNotReconciled => {
                &[("13005", "Delivered, cash on its way"), ("13024", "Delivered, cash not reconciled")]
            }
            Self::RefundLiability => &[("18317", "Refunds to customers")],
            Self::CustomerPrepayments => &[("18350", "Prepayments of customers")],
            Self::VoucherLiability => &[("18412", "Vouchers outstanding")],
        }
    }

    /// The sign with which the operational amount enters the ledger's sign.
    pub(super) fn factor(self) -> i128 {
        match self {
            Self::CustomerPrepayments | Self::VoucherLiability => -1,
            _ => 1,
        }
    }
}
