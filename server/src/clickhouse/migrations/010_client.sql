-- One client by its name: the view of all of them would be put together first, and then thrown away but for one row.

CREATE VIEW IF NOT EXISTS {database}.client {on_cluster}
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
        toDateTime64(max(r.deployment_begin), 3, 'UTC') AS begun,
        toDateTime64(max(r.deployment_end), 3, 'UTC') AS ended,
        toDateTime64(max(r.assignment_begin), 3, 'UTC') AS assigning,
        toDateTime64(max(r.assignment_end), 3, 'UTC') AS assigned,
        argMaxIfMerge(r.communication) AS communicated,
        toDateTime64(max(r.last_time), 3, 'UTC') AS newest,
        uniqMerge(r.messages) AS number
    FROM {database}.client_rollup AS r
    LEFT JOIN
    (
        SELECT client_name, argMax(client_id, last_time) AS named_id
        FROM {database}.client_rollup
        WHERE client_name = {name:String} AND client_id NOT IN ('', '00000000-0000-0000-0000-000000000000')
        GROUP BY client_name
    ) AS n ON r.client_name = n.client_name
    WHERE r.client_name = {name:String}
        OR r.client_id IN
        (
            SELECT client_id FROM {database}.client_rollup
            WHERE client_name = {name:String} AND client_id NOT IN ('', '00000000-0000-0000-0000-000000000000')
        )
    GROUP BY client_key
)
COMMENT 'One client by its name, as in clients: SELECT * FROM client(name = ''PC042''). Reads that client only';
