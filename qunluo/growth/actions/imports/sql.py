"""The statements of an import: set by set, the same on SQLite and PostgreSQL.

Placeholders in braces differ between the two: {json} casts text to JSON, {differs} compares with
NULL counting as a value.
"""

# Who is known already: by customer number, then phone, then e-mail. Two different customer
# numbers are two customers, also when they share a phone.
BY_EXTERNAL_ID = """UPDATE growth_stagedcustomer AS s SET customer = c.id FROM growth_customer AS c
WHERE s.job_id = %(job)s AND s.rank = 1 AND s.external_id <> ''
AND c.community_id = %(community)s AND NOT (c.external_id = '') AND c.external_id = s.external_id"""
BY_CONTACT = """UPDATE growth_stagedcustomer AS s SET customer = (
    SELECT MIN(c.id) FROM growth_customer c WHERE c.community_id = %(community)s
    AND NOT (c.{column} = '') AND c.{column} = s.{column}
    AND (s.external_id = '' OR c.external_id = ''))
WHERE s.job_id = %(job)s AND s.rank = 1 AND s.customer IS NULL AND s.{column} <> ''"""
# A customer without number can become only one of several numbered rows that share a phone.
ONE_NUMBER_EACH = """UPDATE growth_stagedcustomer AS s SET customer = NULL
WHERE s.job_id = %(job)s AND s.rank = 1 AND s.customer IS NOT NULL AND s.external_id <> ''
AND EXISTS (SELECT 1 FROM growth_stagedcustomer t WHERE t.job_id = s.job_id AND t.rank = 1
    AND t.customer = s.customer AND t.external_id <> '' AND t.leader < s.leader)"""
TWICE = """SELECT 1 FROM growth_stagedcustomer WHERE job_id = %(job)s AND rank = 1
AND customer IS NOT NULL GROUP BY customer HAVING COUNT(*) > 1 LIMIT 1"""
NUMBERED_TWICE = """SELECT 1 FROM growth_stagedcustomer WHERE job_id = %(job)s AND rank = 1
AND customer IS NOT NULL AND external_id <> '' GROUP BY customer HAVING COUNT(*) > 1 LIMIT 1"""

# New customers get their number here, so that orders can refer to them before they exist.
NUMBER_SQLITE = """UPDATE growth_stagedcustomer SET is_new = 1, customer = id - (
    SELECT MIN(id) FROM growth_stagedcustomer WHERE job_id = %(job)s) + 1 + MAX(
    (SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'growth_customer'),
    (SELECT COALESCE(MAX(id), 0) FROM growth_customer))
WHERE job_id = %(job)s AND rank = 1 AND customer IS NULL AND NOT must_exist"""
NUMBER_POSTGRES = """UPDATE growth_stagedcustomer AS s SET is_new = true, customer = n.number
FROM (SELECT id, nextval(pg_get_serial_sequence('growth_customer', 'id')) AS number
    FROM (SELECT id FROM growth_stagedcustomer WHERE job_id = %(job)s AND rank = 1
        AND customer IS NULL AND NOT must_exist ORDER BY leader) AS fresh) AS n
WHERE n.id = s.id"""
FOLLOW = """UPDATE growth_stagedcustomer AS s SET customer = l.customer, is_new = l.is_new
FROM growth_stagedcustomer AS l WHERE s.job_id = %(job)s AND s.rank > 1
AND l.job_id = s.job_id AND l.leader = s.leader AND l.rank = 1"""
RANK_ANEW = """UPDATE growth_stagedcustomer AS s SET rank = n.place FROM (
    SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY line) AS place
    FROM growth_stagedcustomer WHERE job_id = %(job)s AND customer IS NOT NULL) AS n
WHERE n.id = s.id"""
RANKS = "SELECT COALESCE(MAX(rank), 0) FROM growth_stagedcustomer WHERE job_id = %(job)s"

INSERT = """INSERT INTO growth_customer (id, community_id, external_id, name, phone, email,
    birthday, tags, note, source, consent, consent_source, consent_at, matched_by, invites_sent,
    dormant_when_invited, orders_count, amount_minor, currency, last_order_on, imported_by_id,
    added_at, changed_at)
SELECT customer, %(community)s, external_id, name, phone, email, birthday, {tags}, note,
    CASE WHEN source <> '' THEN source ELSE %(source)s END,
    CASE WHEN consent <> '' THEN consent ELSE %(consent)s END,
    CASE WHEN consent <> '' OR %(consent)s <> '' THEN %(consent_source)s ELSE '' END,
    CASE WHEN consent <> '' OR %(consent)s <> '' THEN %(now)s ELSE NULL END,
    '', 0, %(false)s, COALESCE(orders_count, 0), COALESCE(amount_minor, 0), %(currency)s,
    last_order_on, %(job)s, %(now)s, %(now)s
FROM growth_stagedcustomer WHERE job_id = %(job)s AND rank = 1 AND is_new ORDER BY leader"""

# What the file leaves empty stays as it is; a stated yes or no counts more than the general one.
UPDATE = """UPDATE growth_customer AS c SET
    external_id = CASE WHEN c.external_id = '' THEN s.external_id ELSE c.external_id END,
    name = CASE WHEN s.name <> '' THEN s.name ELSE c.name END,
    phone = CASE WHEN s.phone <> '' THEN s.phone ELSE c.phone END,
    email = CASE WHEN s.email <> '' THEN s.email ELSE c.email END,
    birthday = COALESCE(s.birthday, c.birthday),
    note = CASE WHEN s.note <> '' THEN s.note ELSE c.note END,
    source = CASE WHEN s.source <> '' THEN s.source ELSE c.source END,
    consent = CASE WHEN s.consent <> '' THEN s.consent
        WHEN c.consent = '' THEN %(consent)s ELSE c.consent END,
    consent_source = CASE WHEN {consents} THEN %(consent_source)s ELSE c.consent_source END,
    consent_at = CASE WHEN {consents} THEN %(now)s ELSE c.consent_at END,
    orders_count = CASE WHEN {stated} THEN COALESCE(s.orders_count, c.orders_count)
        ELSE c.orders_count END,
    amount_minor = CASE WHEN {stated} THEN COALESCE(s.amount_minor, c.amount_minor)
        ELSE c.amount_minor END,
    last_order_on = CASE WHEN {stated} THEN COALESCE(s.last_order_on, c.last_order_on)
        ELSE c.last_order_on END,
    changed_at = %(now)s
FROM growth_stagedcustomer AS s
WHERE s.job_id = %(job)s AND s.rank = %(rank)s AND s.customer = c.id
AND NOT (s.is_new AND s.rank = 1) AND (
    (s.external_id <> '' AND c.external_id = '') OR (s.name <> '' AND s.name <> c.name)
    OR (s.phone <> '' AND s.phone <> c.phone) OR (s.email <> '' AND s.email <> c.email)
    OR (s.birthday IS NOT NULL AND s.birthday {differs} c.birthday)
    OR (s.note <> '' AND s.note <> c.note) OR (s.source <> '' AND s.source <> c.source)
    OR {consents}
    OR ({stated} AND ((s.orders_count IS NOT NULL AND s.orders_count <> c.orders_count)
        OR (s.amount_minor IS NOT NULL AND s.amount_minor <> c.amount_minor)
        OR (s.last_order_on IS NOT NULL AND s.last_order_on {differs} c.last_order_on))))"""
CONSENTS = """((s.consent <> '' AND s.consent <> c.consent)
        OR (s.consent = '' AND c.consent = '' AND %(consent)s <> ''))"""
STATED = "NOT EXISTS (SELECT 1 FROM growth_pastorder o WHERE o.customer_id = c.id)"
TAGGED = """SELECT s.customer, s.tags, c.tags FROM growth_stagedcustomer s
JOIN growth_customer c ON c.id = s.customer
WHERE s.job_id = %(job)s AND s.tags <> '[]' AND NOT (s.is_new AND s.rank = 1) ORDER BY s.line"""

ORDER_CUSTOMERS = """UPDATE growth_stagedorder AS o SET customer = s.customer
FROM growth_stagedcustomer AS s
WHERE o.job_id = %(job)s AND s.job_id = o.job_id AND s.leader = o.leader AND s.rank = 1"""
UNKNOWN = """SELECT line FROM growth_stagedorder
WHERE job_id = %(job)s AND customer IS NULL ORDER BY line"""
# Purchases that look exactly alike are numbered, so that each counts and none counts twice.
INSERT_ORDERS = """INSERT INTO growth_pastorder (community_id, customer_id, bought_on,
    quantity_milli, amount_minor, currency, reference, item, occurrence)
SELECT %(community)s, customer, bought_on, quantity_milli, amount_minor, %(currency)s, reference,
    item, ROW_NUMBER() OVER (PARTITION BY customer, bought_on, amount_minor, quantity_milli,
        reference, item ORDER BY line)
FROM growth_stagedorder WHERE job_id = %(job)s AND customer IS NOT NULL
ORDER BY customer, bought_on, line
ON CONFLICT DO NOTHING"""
AGGREGATE = """UPDATE growth_customer AS c SET orders_count = a.orders, amount_minor = a.amount,
    first_order_on = a.first_on, last_order_on = a.last_on
FROM (SELECT customer_id, COUNT(*) AS orders, MIN(bought_on) AS first_on,
        MAX(bought_on) AS last_on,
        SUM(CASE WHEN currency = %(currency)s THEN amount_minor ELSE 0 END) AS amount
    FROM growth_pastorder WHERE customer_id IN (
        SELECT DISTINCT customer FROM growth_stagedorder WHERE job_id = %(job)s)
    GROUP BY customer_id) AS a
WHERE a.customer_id = c.id"""

# Who was dormant when invited and has bought since, came back.
RETURNED = """UPDATE growth_customer SET returned_at = %(now)s
WHERE community_id = %(community)s AND dormant_when_invited AND returned_at IS NULL
AND invited_at IS NOT NULL AND last_order_on >= {day_invited}
AND id IN (SELECT customer FROM growth_stagedorder WHERE job_id = %(job)s)"""

CUSTOMERS_TOLD = """SELECT COUNT(DISTINCT customer) FROM growth_stagedcustomer
WHERE job_id = %(job)s AND line < %(orders_from)s"""
COUNTS = """SELECT COUNT(DISTINCT CASE WHEN s.is_new THEN s.customer END),
    COUNT(DISTINCT CASE WHEN NOT s.is_new AND c.changed_at = %(now)s THEN s.customer END),
    COUNT(DISTINCT s.customer)
FROM growth_stagedcustomer s JOIN growth_customer c ON c.id = s.customer WHERE s.job_id = %(job)s"""
