-- Ledger lines as the classification reads them: account, who posted, and the voucher type by look-up. The first
-- source with a hit decides: the voucher number in the vouchers, then in their usage, then the document number in an
-- old export's transaction number. Each source has one row a voucher, so no line is repeated or lost.
WITH from_vouchers AS (
    SELECT v.company, v.id, v.voucher_type FROM vouchers AS v
),
usage_types AS (
    SELECT s.company, s.id, s.transaction_no, u.voucher_type
    FROM ipe_08_usage_scope AS s
    LEFT JOIN voucher_uses AS u ON u.business_use = s.business_use
),
from_usage AS (
    SELECT
        t.company,
        t.id,
        CASE WHEN count(t.voucher_type) = count(*) AND min(t.voucher_type) = max(t.voucher_type)
            THEN min(t.voucher_type) END AS voucher_type,
        count(t.voucher_type) > 0
            AND (count(t.voucher_type) < count(*) OR min(t.voucher_type) <> max(t.voucher_type)) AS ambiguous
    FROM usage_types AS t
    GROUP BY t.company, t.id
),
from_transactions AS (
    SELECT
        t.company,
        t.transaction_no,
        CASE WHEN count(t.voucher_type) = count(*) AND min(t.voucher_type) = max(t.voucher_type)
            THEN min(t.voucher_type) END AS voucher_type,
        count(t.voucher_type) > 0
            AND (count(t.voucher_type) < count(*) OR min(t.voucher_type) <> max(t.voucher_type)) AS ambiguous
    FROM usage_types AS t
    WHERE t.transaction_no IS NOT NULL
    GROUP BY t.company, t.transaction_no
)
SELECT
    g.company,
    g.entry_no,
    g.posting_date,
    coalesce(g.group_coa_account_no, g.account_no) AS account,
    g.amount AS amount_lcy,
    CASE WHEN i.user_id IS NULL THEN 'Manual' ELSE 'Integration' END AS integration_type,
    g.document_no,
    g.document_type,
    g.document_description AS description,
    g.bal_account_type,
    g.comment,
    g.voucher_no,
    CASE
        WHEN v.id IS NOT NULL THEN v.voucher_type
        WHEN s.id IS NOT NULL THEN s.voucher_type
        ELSE t.voucher_type
    END AS looked_up_type,
    CASE
        WHEN v.id IS NOT NULL THEN 'ipe_08'
        WHEN s.id IS NOT NULL THEN 'ipe_08_usage'
        WHEN t.transaction_no IS NOT NULL THEN 'transaction_no'
    END AS looked_up_source,
    CASE
        WHEN v.id IS NOT NULL THEN FALSE
        WHEN s.id IS NOT NULL THEN s.ambiguous
        ELSE coalesce(t.ambiguous, FALSE)
    END AS looked_up_ambiguous
FROM cr_03 AS g
LEFT JOIN integration_users AS i ON i.user_id = replace(upper(trim(g.user_id)), '\', '/')
LEFT JOIN from_vouchers AS v ON v.company = g.company AND v.id = g.voucher_no
LEFT JOIN from_usage AS s ON s.company = g.company AND s.id = g.voucher_no
LEFT JOIN from_transactions AS t ON t.company = g.company AND t.transaction_no = g.document_no
