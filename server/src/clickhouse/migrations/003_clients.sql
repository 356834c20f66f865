-- One row a client, kept up to date as messages arrive. All states survive repetition: a message that is counted twice
-- changes nothing, so that a batch whose roll-up was cut off by a crash can be rolled up again.

CREATE TABLE IF NOT EXISTS {database}.client_rollup {on_cluster}
(
    client_id String COMMENT 'As in state_messages',
    client_name String COMMENT 'As in state_messages',
    last_any AggregateFunction(argMax, Tuple(LowCardinality(String), LowCardinality(String), LowCardinality(String), LowCardinality(String), UInt32, UInt32, String, String, String), Tuple(DateTime64(3, 'UTC'), UInt32)) COMMENT 'Newest message',
    last_deployment AggregateFunction(argMaxIf, Tuple(LowCardinality(String), LowCardinality(String), LowCardinality(String), LowCardinality(String), UInt32, UInt32, String, String, String), Tuple(DateTime64(3, 'UTC'), UInt32), UInt8) COMMENT 'Newest message of topic 800',
    has_deployment SimpleAggregateFunction(max, UInt8) COMMENT 'Whether there is a message of topic 800',
    deployment_begin SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Newest state 100',
    deployment_end SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Newest state 400, 401 or 402',
    assignment_begin SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Newest state 500',
    assignment_end SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Newest state 700',
    communication AggregateFunction(argMaxIf, String, DateTime64(3, 'UTC'), UInt8) COMMENT 'Newest outcome of topic 1000',
    last_time SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Newest message',
    messages AggregateFunction(uniq, String) COMMENT 'Number of messages'
)
ENGINE = {replicated}AggregatingMergeTree
ORDER BY (client_name, client_id)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What the view clients is made of';

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.client_rollup_of_new {on_cluster} TO {database}.client_rollup
AS SELECT
    client_id,
    client_name,
    argMaxState(tuple(site_code, client_version, phase, outcome, topic_type, state_id, state_text, error_code, error_text), tuple(message_time, ifNull(serial_number, 0))) AS last_any,
    argMaxIfState(tuple(site_code, client_version, phase, outcome, topic_type, state_id, state_text, error_code, error_text), tuple(message_time, ifNull(serial_number, 0)), topic_type = 800) AS last_deployment,
    countIf(topic_type = 800) > 0 AS has_deployment,
    maxIf(message_time, topic_type = 800 AND state_id = 100) AS deployment_begin,
    maxIf(message_time, topic_type = 800 AND state_id IN (400, 401, 402)) AS deployment_end,
    maxIf(message_time, topic_type = 800 AND state_id = 500) AS assignment_begin,
    maxIf(message_time, topic_type = 800 AND state_id = 700) AS assignment_end,
    argMaxIfState(toString(outcome), message_time, topic_type = 1000) AS communication,
    max(m.message_time) AS last_time,
    uniqState(message_id) AS messages
FROM {database}.state_messages AS m
GROUP BY client_id, client_name;

CREATE VIEW IF NOT EXISTS {database}.client_rollup_of_batch {on_cluster}
AS SELECT
    client_id,
    client_name,
    argMaxState(tuple(site_code, client_version, phase, outcome, topic_type, state_id, state_text, error_code, error_text), tuple(message_time, ifNull(serial_number, 0))) AS last_any,
    argMaxIfState(tuple(site_code, client_version, phase, outcome, topic_type, state_id, state_text, error_code, error_text), tuple(message_time, ifNull(serial_number, 0)), topic_type = 800) AS last_deployment,
    countIf(topic_type = 800) > 0 AS has_deployment,
    maxIf(message_time, topic_type = 800 AND state_id = 100) AS deployment_begin,
    maxIf(message_time, topic_type = 800 AND state_id IN (400, 401, 402)) AS deployment_end,
    maxIf(message_time, topic_type = 800 AND state_id = 500) AS assignment_begin,
    maxIf(message_time, topic_type = 800 AND state_id = 700) AS assignment_end,
    argMaxIfState(toString(outcome), message_time, topic_type = 1000) AS communication,
    max(m.message_time) AS last_time,
    uniqState(message_id) AS messages
FROM {database}.state_messages AS m
WHERE batch_id = {batch:String}
GROUP BY client_id, client_name
COMMENT 'A batch rolled up again, after a crash that may have come between its rows and their roll-up';

-- A machine without a client reports with an id of zeroes: it counts to the client of its name, once there is one.
CREATE VIEW IF NOT EXISTS {database}.clients {on_cluster}
AS SELECT
    if(client_key LIKE 'name %', '', client_key) AS client_id,
    newest_name AS client_name,
    last.1 AS site_code,
    last.2 AS client_version,
    last.3 AS phase,
    last.4 AS outcome,
    last.5 AS last_topic_type,
    last.6 AS last_state_id,
    last.7 AS last_state_text,
    last.8 AS last_error_code,
    last.9 AS last_error_text,
    if(begun > toDateTime64(0, 3, 'UTC'), begun, NULL) AS deployment_begin_time,
    if(ended > toDateTime64(0, 3, 'UTC') AND ended >= begun, ended, NULL) AS deployment_end_time,
    if(assigning > toDateTime64(0, 3, 'UTC'), assigning, NULL) AS assignment_begin_time,
    if(assigned > toDateTime64(0, 3, 'UTC') AND assigned >= assigning, assigned, NULL) AS assignment_end_time,
    if(communicated = '', 'unknown', communicated) AS communication_outcome,
    newest AS last_message_time,
    number AS message_count
FROM
(
    SELECT
        multiIf(r.client_id NOT IN ('', '00000000-0000-0000-0000-000000000000'), r.client_id, n.named_id != '', n.named_id, concat('name ', r.client_name)) AS client_key,
        argMax(r.client_name, r.last_time) AS newest_name,
        if(max(r.has_deployment) = 1, argMaxIfMerge(r.last_deployment), argMaxMerge(r.last_any)) AS last,
        max(r.deployment_begin) AS begun,
        max(r.deployment_end) AS ended,
        max(r.assignment_begin) AS assigning,
        max(r.assignment_end) AS assigned,
        argMaxIfMerge(r.communication) AS communicated,
        max(r.last_time) AS newest,
        uniqMerge(r.messages) AS number
    FROM {database}.client_rollup AS r
    LEFT JOIN
    (
        SELECT client_name, argMax(client_id, last_time) AS named_id
        FROM {database}.client_rollup
        WHERE client_id NOT IN ('', '00000000-0000-0000-0000-000000000000')
        GROUP BY client_name
    ) AS n ON r.client_name = n.client_name
    GROUP BY client_key
)
COMMENT 'One row a client: where its deployment and assignment stand. phase, outcome and last_… are of its newest message of topic 800, where there is one';
