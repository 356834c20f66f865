"""Asks ClickHouse through clickhouse-connect: questions as JSON on standard input, answers on standard output."""

import json
import os
import sys

import clickhouse_connect

client = clickhouse_connect.get_client(
    host=os.environ["HOST"],
    port=int(os.environ["HTTP_PORT"]),
    username=os.environ["READER"],
    password=os.environ["PASSWORD"],
    database=os.environ["DATABASE"],
)
answers = {}
for name, sql in json.load(sys.stdin).items():
    try:
        result = client.query(sql)
        answers[name] = {
            "columns": list(result.column_names),
            "rows": [["" if value is None else str(value) for value in row] for row in result.result_rows],
        }
    except Exception as error:  # Whatever it is, it is the answer.
        answers[name] = {"error": str(error)}
json.dump(answers, sys.stdout)
