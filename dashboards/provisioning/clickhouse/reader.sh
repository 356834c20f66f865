#!/bin/bash
# The user that Grafana asks with: reads the project's database and nothing else, within limits that nobody raises.
set -e
clickhouse-client --user "$CLICKHOUSE_USER" --password "$CLICKHOUSE_PASSWORD" --multiquery <<SQL
CREATE DATABASE IF NOT EXISTS fsp;
CREATE USER IF NOT EXISTS fsp_reader IDENTIFIED BY '$FSP_READER_PASSWORD'
  SETTINGS readonly = 2 CONST, max_execution_time = 30 MAX 60, max_memory_usage = 4000000000 MAX 4000000000, max_result_rows = 1000000 MAX 1000000;
GRANT SELECT, SHOW ON fsp.* TO fsp_reader;
SQL
