// Asks ClickHouse through clickhouse-go, by the native protocol or by HTTP as PROTOCOL says: questions as JSON on standard
// input, answers on standard output.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	_ "github.com/ClickHouse/clickhouse-go/v2"
)

type answer struct {
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
	Error   string     `json:"error,omitempty"`
}

func main() {
	scheme, port := "clickhouse", os.Getenv("NATIVE_PORT")
	if os.Getenv("PROTOCOL") == "http" {
		scheme, port = "http", os.Getenv("HTTP_PORT")
	}
	dsn := fmt.Sprintf("%s://%s@%s:%s/%s", scheme,
		url.UserPassword(os.Getenv("READER"), os.Getenv("PASSWORD")), os.Getenv("HOST"), port, os.Getenv("DATABASE"))
	connection, err := sql.Open("clickhouse", dsn)
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	questions := map[string]string{}
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		panic(err)
	}
	answers := map[string]answer{}
	for name, question := range questions {
		answers[name] = ask(connection, question)
	}
	_ = json.NewEncoder(os.Stdout).Encode(answers)
}

func ask(connection *sql.DB, question string) answer {
	rows, err := connection.QueryContext(context.Background(), question)
	if err != nil {
		return answer{Error: err.Error()}
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return answer{Error: err.Error()}
	}
	found := answer{Columns: columns, Rows: [][]string{}}
	for rows.Next() {
		values := make([]any, len(columns))
		for at := range values {
			values[at] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return answer{Error: err.Error()}
		}
		line := make([]string, len(columns))
		for at, value := range values {
			line[at] = fmt.Sprint(*value.(*any))
		}
		found.Rows = append(found.Rows, line)
	}
	if err := rows.Err(); err != nil {
		return answer{Error: err.Error()}
	}
	return found
}
