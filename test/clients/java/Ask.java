import java.sql.*;
import java.util.*;

/**
 * Asks ClickHouse through JDBC: questions on standard input, one a line as name, tab and SQL in Base64; answers on
 * standard output as JSON. Then what a tool such as DBeaver asks of the driver to draw its tree.
 */
class Ask {
  public static void main(String[] args) throws Exception {
    Properties login = new Properties();
    login.put("user", System.getenv("READER"));
    login.put("password", System.getenv("PASSWORD"));
    String url = "jdbc:clickhouse:http://%s:%s/%s"
        .formatted(System.getenv("HOST"), System.getenv("HTTP_PORT"), System.getenv("DATABASE"));
    List<String> answers = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url, login)) {
      for (String line : new String(System.in.readAllBytes()).split("\n")) {
        String[] question = line.split("\t");
        String sql = new String(Base64.getDecoder().decode(question[1]));
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
          answers.add(quoted(question[0]) + ":" + answer(rows));
        } catch (Exception error) {
          answers.add(quoted(question[0]) + ":" + failed(error));
        }
      }
      DatabaseMetaData meta = connection.getMetaData();
      String database = System.getenv("DATABASE");
      answers.add(asked("metadata: schemas", () -> meta.getSchemas()));
      answers.add(asked("metadata: tables", () -> meta.getTables(null, database, "%", null)));
      answers.add(asked("metadata: columns", () -> meta.getColumns(null, database, "clients", "%")));
      answers.add(asked("metadata: keys", () -> meta.getPrimaryKeys(null, database, "state_messages")));
      answers.add(asked("metadata: indexes", () -> meta.getIndexInfo(null, database, "state_messages", false, false)));
      answers.add(asked("metadata: types", () -> meta.getTypeInfo()));
      answers.add(asked("metadata: functions", () -> meta.getFunctions(null, null, "%")));
    }
    System.out.println("{" + String.join(",", answers) + "}");
  }

  interface Question {
    ResultSet ask() throws SQLException;
  }

  static String asked(String name, Question question) {
    try (ResultSet rows = question.ask()) {
      return quoted(name) + ":" + answer(rows);
    } catch (Exception error) {
      return quoted(name) + ":" + failed(error);
    }
  }

  static String answer(ResultSet rows) throws SQLException {
    ResultSetMetaData meta = rows.getMetaData();
    List<String> columns = new ArrayList<>();
    for (int at = 1; at <= meta.getColumnCount(); at++) columns.add(quoted(meta.getColumnLabel(at)));
    List<String> lines = new ArrayList<>();
    while (rows.next()) {
      List<String> values = new ArrayList<>();
      for (int at = 1; at <= columns.size(); at++) values.add(quoted(String.valueOf(rows.getString(at))));
      lines.add("[" + String.join(",", values) + "]");
    }
    return "{\"columns\":[" + String.join(",", columns) + "],\"rows\":[" + String.join(",", lines) + "]}";
  }

  static String failed(Exception error) {
    return "{\"error\":" + quoted(String.valueOf(error)) + "}";
  }

  static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char one : text.toCharArray())
      if (one == '"' || one == '\\' || one < ' ') json.append(String.format("\\u%04x", (int) one));
      else json.append(one);
    return json.append('"').toString();
  }
}
